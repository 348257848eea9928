-- What each statement of this database did since the counters began; nested statements (triggers, cascades) apart.
SELECT
    queryid, calls, rows,
    total_exec_time AS exec_ms, total_plan_time AS plan_ms,
    shared_blks_hit AS blocks_hit, shared_blks_read AS blocks_read, shared_blks_dirtied AS blocks_dirtied,
    wal_records, wal_bytes::bigint AS wal_bytes, wal_fpi AS wal_images
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND toplevel;
