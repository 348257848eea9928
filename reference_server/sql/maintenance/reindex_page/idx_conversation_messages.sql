-- The page index as the report built it is built again beside the old one, then takes its place; sends go on meanwhile.
-- when: to_regclass('messages_page') IS NULL AND to_regclass('idx_conversation_messages') IS NOT NULL
REINDEX INDEX CONCURRENTLY idx_conversation_messages;
