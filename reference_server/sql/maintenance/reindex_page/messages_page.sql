-- The page index is built again beside the old one, then takes its place; sends go on meanwhile.
-- when: to_regclass('messages_page') IS NOT NULL
-- An index that lived through many updates and deletions gets its space back; both exist until the end.
REINDEX INDEX CONCURRENTLY messages_page;
