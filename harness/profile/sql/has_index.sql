-- Whether an index leads from a conversation to its messages: without one, each look would read the whole table.
SELECT EXISTS (
    SELECT FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = '{messages}'::regclass AND i.indisvalid AND i.indpred IS NULL
      AND quote_ident(a.attname) = '{conversation}'
) AS has_index;
