-- What autovacuum would do in its own time, at once: dead rows become room for new ones, and the planner's numbers are renewed.
-- when: true
-- It gives pages back to the file system only from a table's end; only VACUUM FULL, with its lock, rewrites a table.
VACUUM (ANALYZE);
