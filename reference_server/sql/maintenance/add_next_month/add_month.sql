-- The month after the last gets its partition, by the function that the variant made its other months with.
-- when: to_regprocedure('add_messages_month(date)') IS NOT NULL
-- With a DEFAULT partition this reads all of it, and moves the month's rows out of it.
SELECT add_messages_month((
    SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz) AT TIME ZONE 'UTC'
    FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'messages'::regclass
)::date);
