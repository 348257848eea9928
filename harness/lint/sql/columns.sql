-- The columns of the tables $1, with ANALYZE's findings where they may be read; of a partitioned table, the whole's.
SELECT
    a.attrelid::int8 AS table_id, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS not_null, s.n_distinct AS distinct, s.null_frac AS null_share, s.avg_width AS width_bytes,
    s.most_common_vals::text::text[] AS common_values, s.most_common_freqs AS common_shares,
    s.histogram_bounds::text::text[] AS histogram
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
    AND s.inherited = (c.relkind = 'p')
WHERE a.attrelid = ANY($1::int8[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum;
