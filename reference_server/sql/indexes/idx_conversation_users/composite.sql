-- Both members in one index, as the Go tags of §1.1 say: one name on two fields. It cannot find a second member.
CREATE INDEX idx_conversation_users ON conversations (user1_id, user2_id);
