-- The server's and the database's counters at one moment.
SELECT
    pg_current_wal_lsn()::text AS wal_position,
    (SELECT num_timed + num_requested FROM pg_stat_checkpointer) AS checkpoints,
    pg_database_size(current_database()) AS database_bytes,
    d.blks_hit AS blocks_hit, d.blks_read AS blocks_read
FROM pg_stat_database d
WHERE d.datname = current_database();
