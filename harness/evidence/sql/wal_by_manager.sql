-- The WAL of the whole server between positions $1 and $2 by resource manager (extension pg_walinspect).
SELECT
    "resource_manager/record_type" AS manager,
    count AS records, record_size::bigint AS bytes, fpi_size::bigint AS image_bytes
FROM pg_get_wal_stats($1::text::pg_lsn, $2::text::pg_lsn)
WHERE count > 0;
