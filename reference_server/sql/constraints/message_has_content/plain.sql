-- A message carries text or media (schema-report §5.2).
ALTER TABLE messages ADD CONSTRAINT message_has_content CHECK (content IS NOT NULL OR media IS NOT NULL);
