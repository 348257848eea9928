-- An index that no operation uses: it makes sends a few per cent dearer, and a comparison must notice.
CREATE INDEX messages_planted ON messages (sender_id, created_at);
