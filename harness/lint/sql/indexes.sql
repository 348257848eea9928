-- The indexes of the tables $1; those of partitions are summed up under the topmost parent's.
WITH below AS (
    SELECT x.indexrelid AS root, coalesce(part.relid, x.indexrelid) AS leaf
    FROM pg_index x LEFT JOIN pg_partition_tree(x.indexrelid) part ON true
    WHERE x.indrelid = ANY($1::int8[]::oid[])
),
summed AS (
    SELECT
        b.root,
        sum(pg_relation_size(b.leaf))::int8 AS bytes,
        sum(c.reltuples) FILTER (WHERE c.relkind = 'i' AND c.reltuples >= 0) AS entries,
        coalesce(sum(s.idx_scan), 0)::int8 AS scans
    FROM below b JOIN pg_class c ON c.oid = b.leaf LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = b.leaf
    GROUP BY 1
)
SELECT
    CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
    x.indrelid::int8 AS table_id, am.amname AS method,
    (SELECT array_agg(pg_get_indexdef(c.oid, k, false) || ' ' || x.indoption[k - 1] || ' ' || x.indclass[k - 1] ORDER BY k)
     FROM generate_series(1, x.indnkeyatts) AS k) AS keys,
    (SELECT array_agg(a.attname::text ORDER BY k)
     FROM generate_series(1, x.indnkeyatts) AS k
     LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k - 1] AND a.attnum > 0) AS columns,
    (SELECT array_agg(x.indoption[k - 1] & 1 = 1 ORDER BY k) FROM generate_series(1, x.indnkeyatts) AS k) AS descending,
    (SELECT coalesce(array_agg(pg_get_indexdef(c.oid, k, false) ORDER BY k), '{}')
     FROM generate_series(x.indnkeyatts + 1, x.indnatts) AS k) AS included,
    pg_get_expr(x.indpred, x.indrelid) AS predicate,
    x.indisunique AS is_unique,
    EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')) AS is_constraint,
    x.indisvalid AS is_valid,
    EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid) AS is_building,
    m.bytes, m.entries, m.scans,
    coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor'), 90)
        AS fill_factor,
    pg_get_indexdef(c.oid) AS definition
FROM summed m
JOIN pg_index x ON x.indexrelid = m.root
JOIN pg_class c ON c.oid = m.root
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = c.relam
ORDER BY 1;
