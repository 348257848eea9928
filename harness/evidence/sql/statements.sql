-- What each statement of this database did since the counters began, told apart from where it was nested: in triggers,
-- cascades, cursors.
SELECT
    queryid, toplevel, calls, rows,
    total_exec_time AS exec_ms, plans, total_plan_time AS plan_ms,
    shared_blks_hit AS blocks_hit, shared_blks_read AS blocks_read,
    shared_blks_dirtied AS blocks_dirtied, shared_blks_written AS blocks_written,
    temp_blks_read AS temp_blocks_read, temp_blks_written AS temp_blocks_written,
    wal_records, wal_bytes::bigint AS wal_bytes, wal_fpi AS wal_images
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database());
