-- The WAL of this database's relations between positions $1 and $2. A record that touches several blocks is shared out
-- evenly among them; images are apart. Partitions count for their topmost parent, TOAST for its table.
WITH touched AS (
    SELECT
        b.reltablespace, b.reldatabase, b.relfilenode,
        count(*) OVER record AS blocks_of_record,
        b.record_length - sum(coalesce(b.block_fpi_length, 0)) OVER record AS bytes_of_record,
        coalesce(b.block_fpi_length, 0) AS image_bytes
    FROM pg_get_wal_block_info($1::text::pg_lsn, $2::text::pg_lsn, false) AS b
    WINDOW record AS (PARTITION BY b.start_lsn)
),
sums AS (
    SELECT
        reltablespace, reldatabase, relfilenode,
        sum(1.0 / blocks_of_record) AS records,
        sum(bytes_of_record::numeric / blocks_of_record) AS bytes,
        count(*) FILTER (WHERE image_bytes > 0) AS images,
        sum(image_bytes) AS image_bytes
    FROM touched
    GROUP BY 1, 2, 3
),
named AS (
    SELECT s.*, pg_filenode_relation(s.reltablespace, s.relfilenode) AS relation
    FROM sums s
    WHERE s.reldatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT
    CASE
        WHEN c.oid IS NULL THEN '(gone)'
        WHEN c.relnamespace = 'pg_catalog'::regnamespace THEN '(catalogue)'
        ELSE coalesce(root.relname, owner.relname, c.relname)
    END AS name,
    CASE
        WHEN c.oid IS NULL OR c.relnamespace = 'pg_catalog'::regnamespace THEN 'other'
        WHEN owner.oid IS NOT NULL THEN 'toast'
        WHEN c.relkind = 'i' THEN 'index'
        ELSE 'table'
    END AS kind,
    max(coalesce(root_table.relname, indexed.relname)) AS table,
    round(sum(n.records))::bigint AS records,
    round(sum(n.bytes))::bigint AS bytes,
    sum(n.images)::bigint AS images,
    sum(n.image_bytes)::bigint AS image_bytes
FROM named n
LEFT JOIN pg_class c ON c.oid = n.relation
LEFT JOIN pg_class root ON root.oid = pg_partition_root(c.oid)
LEFT JOIN pg_index toast_index ON toast_index.indexrelid = c.oid
LEFT JOIN pg_class owner
    ON owner.reltoastrelid IN (c.oid, toast_index.indrelid) AND owner.reltoastrelid <> 0
LEFT JOIN pg_index x ON x.indexrelid = c.oid
LEFT JOIN pg_class indexed ON indexed.oid = x.indrelid
LEFT JOIN pg_class root_table ON root_table.oid = pg_partition_root(x.indrelid)
GROUP BY 1, 2;
