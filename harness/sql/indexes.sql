-- Indexes with those of partitions summed up under the parent's index.
SELECT
    coalesce(parent.relname, s.indexrelname) AS name,
    coalesce(parent_table.relname, s.relname) AS table,
    sum(pg_relation_size(s.indexrelid))::bigint AS bytes,
    sum(s.idx_scan)::bigint AS scans
FROM pg_stat_user_indexes s
LEFT JOIN pg_inherits i ON i.inhrelid = s.indexrelid
LEFT JOIN pg_class parent ON parent.oid = i.inhparent
LEFT JOIN pg_inherits ti ON ti.inhrelid = s.relid
LEFT JOIN pg_class parent_table ON parent_table.oid = ti.inhparent
GROUP BY 1, 2;
