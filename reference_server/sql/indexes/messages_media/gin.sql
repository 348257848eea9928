-- Search inside media, for @> only (schema-report §8.3 "if needed for search"): each send pays for it, no operation here asks.
CREATE INDEX messages_media ON messages USING gin (media jsonb_path_ops);
