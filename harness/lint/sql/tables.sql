-- Tables of every schema but the system's; partitions summed up under the topmost parent.
SELECT
    top.oid::int8 AS id,
    CASE n.nspname WHEN 'public' THEN top.relname ELSE n.nspname || '.' || top.relname END AS name,
    sum(c.reltuples) FILTER (WHERE c.relkind <> 'p' AND c.reltuples >= 0) AS rows,
    coalesce(sum(pg_table_size(c.oid)), 0)::int8 AS bytes,
    coalesce(sum(s.seq_scan + coalesce(s.idx_scan, 0)), 0)::int8 AS scans
FROM pg_class c
JOIN pg_class top ON top.oid = coalesce(pg_partition_root(c.oid), c.oid)
JOIN pg_namespace n ON n.oid = top.relnamespace
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
GROUP BY 1, 2
ORDER BY 2;
