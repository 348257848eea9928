-- When this database's counters began; NULL when they were never reset.
SELECT now() AS read_at, (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AS counted_since;
