-- A text carries words (schema-report §5.2). That a message of another type has media, no CHECK can see in another
-- table: that half of the rule is the service layer's again.
ALTER TABLE messages ADD CONSTRAINT message_has_content CHECK (content IS NOT NULL OR type <> 'text');
