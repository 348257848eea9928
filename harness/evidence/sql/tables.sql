-- Tables with their partitions, of every level, summed up under the topmost parent's name.
SELECT
    coalesce(parent.relname, t.relname) AS name,
    count(*) FILTER (WHERE c.relispartition) AS partitions,
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
LEFT JOIN pg_class parent ON parent.oid = pg_partition_root(t.relid)
GROUP BY 1;
