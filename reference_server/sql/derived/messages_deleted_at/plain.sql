-- When a message was deleted; no loaded one is. A column without a default: no row is rewritten.
ALTER TABLE messages ADD COLUMN deleted_at TIMESTAMP WITH TIME ZONE;
