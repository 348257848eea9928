-- The month after the last gets its partition: made apart, then attached, which does not stop reads and writes.
-- when: EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'messages'::regclass AND partstrat = 'r')
-- Its rows are stored as those of the newest month (fillfactor, autovacuum), which LIKE does not copy.
-- (CREATE TABLE … PARTITION OF would take ACCESS EXCLUSIVE on messages.)
DO $$
DECLARE
    month TIMESTAMPTZ := (
        SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz)
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass
    );
    options TEXT := (
        SELECT array_to_string(c.reloptions, ', ')
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass AND c.relkind = 'r'
        ORDER BY substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz DESC NULLS LAST
        LIMIT 1
    );
    name TEXT := 'messages_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL)', name);
    IF options IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I SET (%s)', name, options);
    END IF;
    EXECUTE format(
        'ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, month, ((month AT TIME ZONE 'UTC') + INTERVAL '1 month') AT TIME ZONE 'UTC'
    );
END
$$;
