-- Tables of every schema but the system's; partitions summed up under the topmost parent.
WITH RECURSIVE topmost (leaf, root) AS (
    SELECT inhrelid, inhparent FROM pg_inherits
    UNION ALL
    SELECT t.leaf, i.inhparent FROM topmost t JOIN pg_inherits i ON i.inhrelid = t.root
),
roots AS (
    SELECT leaf, root FROM topmost WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = topmost.root)
)
SELECT
    top.oid::int8 AS id,
    CASE n.nspname WHEN 'public' THEN top.relname ELSE n.nspname || '.' || top.relname END AS name,
    sum(c.reltuples) FILTER (WHERE c.relkind <> 'p' AND c.reltuples >= 0) AS rows,
    coalesce(sum(pg_table_size(c.oid)), 0)::int8 AS bytes,
    coalesce(sum(s.seq_scan + coalesce(s.idx_scan, 0)), 0)::int8 AS scans
FROM pg_class c
LEFT JOIN roots r ON r.leaf = c.oid
JOIN pg_class top ON top.oid = coalesce(r.root, c.oid)
JOIN pg_namespace n ON n.oid = top.relnamespace
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
GROUP BY 1, 2
ORDER BY 2;
