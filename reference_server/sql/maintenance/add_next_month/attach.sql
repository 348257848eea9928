-- The month after the last gets its partition: made apart, then attached, which does not stop reads and writes.
-- when: EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'messages'::regclass AND partstrat = 'r')
-- (CREATE TABLE … PARTITION OF would take ACCESS EXCLUSIVE on messages.)
DO $$
DECLARE
    month TIMESTAMPTZ := (
        SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz)
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass
    );
    name TEXT := 'messages_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL)', name);
    EXECUTE format(
        'ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, month, ((month AT TIME ZONE 'UTC') + INTERVAL '1 month') AT TIME ZONE 'UTC'
    );
END
$$;
