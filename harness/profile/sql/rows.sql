-- About how many rows a table has, as its last ANALYZE (or autovacuum) left it; partitions together.
SELECT sum(greatest(leaf.reltuples, 0))::bigint AS rows
FROM pg_class AS leaf
WHERE leaf.oid = '{table}'::regclass AND leaf.relkind <> 'p'
   OR leaf.oid IN (SELECT relid FROM pg_partition_tree('{table}'::regclass) WHERE isleaf);
