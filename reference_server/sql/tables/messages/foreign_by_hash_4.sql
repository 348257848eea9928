-- Messages in 4 databases of this server by hash of their conversation, each a postgres_fdw partition (schema-report §9.2).
-- The setting chatbench.shard_databases names the databases, separated by commas, each with a table messages and
-- a view flush_counters. Without it, the shards are schemas of this very database, so that the file runs by itself.
-- No key and no foreign key can stand here: neither can reach into another server, so what is stored is only read.
CREATE EXTENSION IF NOT EXISTS postgres_fdw;

CREATE TABLE messages (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    conversation_id UUID NOT NULL,
    sender_id UUID NOT NULL,
    receiver_id UUID NOT NULL,
    type VARCHAR(20) NOT NULL DEFAULT 'text',
    content TEXT,
    media JSONB,
    is_read BOOLEAN DEFAULT FALSE,
    read_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
) PARTITION BY HASH (conversation_id);

DO $$
DECLARE
    databases TEXT[] := string_to_array(nullif(current_setting('chatbench.shard_databases', true), ''), ',');
    socket TEXT := trim(split_part(current_setting('unix_socket_directories'), ',', 1));
    place TEXT;
BEGIN
    FOR remainder IN 0..3 LOOP
        place := CASE WHEN databases IS NULL THEN format('shard_%s', remainder) ELSE 'public' END;
        IF databases IS NULL THEN
            EXECUTE format('CREATE SCHEMA %I', place);
            EXECUTE format('CREATE TABLE %I.messages (LIKE messages INCLUDING DEFAULTS)', place);
            EXECUTE format('CREATE VIEW %I.flush_counters AS SELECT pg_stat_force_next_flush()::TEXT AS done', place);
        END IF;
        -- use_remote_estimate: off, else each plan would first ask the shard to EXPLAIN; ANALYZE keeps statistics here.
        -- fetch_size: a LIMIT is not sent to partitions, so a scan ends where the page is full: a page's 50 rows come in
        --   one FETCH, where the default of 100 reads as many again for nothing.
        -- async_capable, parallel_commit: a list's last messages are in all shards, which then work side by side.
        -- batch_size: the dataset comes by COPY through the partitions, so that PostgreSQL itself finds each row's shard;
        --   a row at a time would be a round trip each.
        -- options: the statement inside a cursor is counted by itself, else all would be one line, FETCH 50 FROM c1.
        EXECUTE format(
            'CREATE SERVER shard_%s FOREIGN DATA WRAPPER postgres_fdw OPTIONS ('
            ' host %L, port %L, dbname %L, use_remote_estimate ''false'', fetch_size ''50'', async_capable ''true'','
            ' parallel_commit ''true'', batch_size ''1000'', options ''-c pg_stat_statements.track=all'')',
            remainder,
            CASE WHEN socket = '' THEN 'localhost' ELSE socket END,
            current_setting('port'),
            CASE WHEN databases IS NULL THEN current_database() ELSE databases[remainder + 1] END
        );
        -- No password: the server lets its own role in through the socket.
        EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER shard_%s OPTIONS ("user" %L)', remainder, current_user);
        EXECUTE format(
            'CREATE FOREIGN TABLE messages_%s PARTITION OF messages FOR VALUES WITH (MODULUS 4, REMAINDER %s)'
            ' SERVER shard_%s OPTIONS (schema_name %L, table_name ''messages'')',
            remainder, remainder, remainder, place
        );
        -- Reading it makes the session in the shard report its counters of tables and indexes.
        EXECUTE format(
            'CREATE FOREIGN TABLE flush_counters_%s (done TEXT) SERVER shard_%s'
            ' OPTIONS (schema_name %L, table_name ''flush_counters'')',
            remainder, remainder, place
        );
    END LOOP;
END
$$;
