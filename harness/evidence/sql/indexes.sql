-- Indexes with those of partitions summed up under the topmost parent's index.
SELECT
    coalesce(parent.relname, s.indexrelname) AS name,
    coalesce(parent_table.relname, s.relname) AS table,
    sum(pg_relation_size(s.indexrelid))::bigint AS bytes,
    sum(s.idx_scan)::bigint AS scans,
    sum(s.idx_tup_read)::bigint AS tuples_read,
    sum(s.idx_tup_fetch)::bigint AS tuples_fetched
FROM pg_stat_user_indexes s
LEFT JOIN pg_class parent ON parent.oid = pg_partition_root(s.indexrelid)
LEFT JOIN pg_class parent_table ON parent_table.oid = pg_partition_root(s.relid)
GROUP BY 1, 2;
