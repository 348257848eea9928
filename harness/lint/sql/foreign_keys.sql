-- The foreign keys of the tables $1, those that partitions inherit left out.
SELECT
    k.conname AS name, k.conrelid::int8 AS table_id, k.confrelid::int8 AS referenced_id,
    (SELECT array_agg(a.attname::text ORDER BY o.n)
     FROM unnest(k.conkey) WITH ORDINALITY AS o (number, n)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.number) AS columns,
    CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
        WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END AS on_delete
FROM pg_constraint k
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = ANY($1::int8[]::oid[])
ORDER BY 1;
