-- Tables with their partitions, of every level, summed up under the topmost parent's name.
WITH RECURSIVE topmost (leaf, root) AS (
    SELECT inhrelid, inhparent FROM pg_inherits
    UNION ALL
    SELECT t.leaf, i.inhparent FROM topmost t JOIN pg_inherits i ON i.inhrelid = t.root
),
roots AS (
    SELECT leaf, root FROM topmost WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = topmost.root)
)
SELECT
    coalesce(parent.relname, t.relname) AS name,
    count(*) FILTER (WHERE parent.oid IS NOT NULL) AS partitions,
    sum(pg_table_size(t.relid))::bigint AS bytes,
    sum(pg_indexes_size(t.relid))::bigint AS indexes_bytes,
    coalesce(sum(pg_total_relation_size(nullif(c.reltoastrelid, 0))), 0)::bigint AS toast_bytes,
    sum(t.n_dead_tup)::bigint AS dead,
    sum(t.n_tup_ins)::bigint AS inserted,
    sum(t.n_tup_upd)::bigint AS updated,
    sum(t.n_tup_hot_upd)::bigint AS hot_updated,
    sum(t.n_tup_del)::bigint AS deleted,
    sum(t.seq_scan)::bigint AS full_scans,
    sum(t.autovacuum_count + t.autoanalyze_count)::bigint AS autovacuums
FROM pg_stat_user_tables t
JOIN pg_class c ON c.oid = t.relid
LEFT JOIN roots i ON i.leaf = t.relid
LEFT JOIN pg_class parent ON parent.oid = i.root
GROUP BY 1;
