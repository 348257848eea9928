-- The server's and the database's counters at one moment, on PostgreSQL 15 and 16.
SELECT
    pg_current_wal_lsn()::text AS wal_position,
    (SELECT checkpoints_timed + checkpoints_req FROM pg_stat_bgwriter) AS checkpoints,
    pg_database_size(current_database()) AS database_bytes,
    d.blks_hit AS blocks_hit, d.blks_read AS blocks_read
FROM pg_stat_database d
WHERE d.datname = current_database();
