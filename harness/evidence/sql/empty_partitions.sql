-- Partitions that the last ANALYZE found empty, or never saw.
SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND reltuples <= 0;
