-- Bytes of full-page images in the WAL of the whole server between positions $1 and $2 (extension pg_walinspect).
SELECT coalesce(sum(fpi_size), 0)::bigint FROM pg_get_wal_stats($1::text::pg_lsn, $2::text::pg_lsn);
