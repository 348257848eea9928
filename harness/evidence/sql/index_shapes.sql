-- What each index is made of, partitions' indexes left out: keys with their order (bit 1 descending, bit 2 nulls
-- first) and operator class, other columns, predicate.
SELECT
    c.relname AS name, t.relname AS table, am.amname AS method,
    x.indisunique AS is_unique, x.indisprimary AS is_primary,
    (SELECT array_agg(pg_get_indexdef(c.oid, k, false) || ' ' || x.indoption[k - 1] || ' ' || x.indclass[k - 1] ORDER BY k)
     FROM generate_series(1, x.indnkeyatts) AS k) AS keys,
    (SELECT coalesce(array_agg(pg_get_indexdef(c.oid, k, false) ORDER BY k), '{}')
     FROM generate_series(x.indnkeyatts + 1, x.indnatts) AS k) AS included,
    pg_get_expr(x.indpred, x.indrelid) AS predicate,
    pg_get_indexdef(c.oid) AS definition
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_am am ON am.oid = c.relam
WHERE t.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid);
