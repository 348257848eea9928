-- Indexes with those of partitions summed up under the topmost parent's index.
WITH RECURSIVE topmost (leaf, root) AS (
    SELECT inhrelid, inhparent FROM pg_inherits
    UNION ALL
    SELECT t.leaf, i.inhparent FROM topmost t JOIN pg_inherits i ON i.inhrelid = t.root
),
roots AS (
    SELECT leaf, root FROM topmost WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = topmost.root)
)
SELECT
    coalesce(parent.relname, s.indexrelname) AS name,
    coalesce(parent_table.relname, s.relname) AS table,
    sum(pg_relation_size(s.indexrelid))::bigint AS bytes,
    sum(s.idx_scan)::bigint AS scans,
    sum(s.idx_tup_read)::bigint AS tuples_read,
    sum(s.idx_tup_fetch)::bigint AS tuples_fetched
FROM pg_stat_user_indexes s
LEFT JOIN roots i ON i.leaf = s.indexrelid
LEFT JOIN pg_class parent ON parent.oid = i.root
LEFT JOIN roots ti ON ti.leaf = s.relid
LEFT JOIN pg_class parent_table ON parent_table.oid = ti.root
GROUP BY 1, 2;
