-- Tables with their partitions summed up under the parent's name.
SELECT
    coalesce(parent.relname, t.relname) AS name,
    sum(pg_table_size(t.relid))::bigint AS bytes,
    sum(pg_indexes_size(t.relid))::bigint AS indexes_bytes,
    sum(t.n_dead_tup)::bigint AS dead,
    sum(t.n_tup_upd)::bigint AS updated,
    sum(t.n_tup_hot_upd)::bigint AS hot_updated,
    sum(t.autovacuum_count + t.autoanalyze_count)::bigint AS autovacuums
FROM pg_stat_user_tables t
LEFT JOIN pg_inherits i ON i.inhrelid = t.relid
LEFT JOIN pg_class parent ON parent.oid = i.inhparent
GROUP BY 1;
