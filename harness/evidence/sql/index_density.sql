-- How full the leaves of B-trees of at most $1 bytes are (extension pgstattuple); it reads each index whole.
SELECT c.relname AS name, s.avg_leaf_density / 100 AS leaf_density, s.leaf_fragmentation / 100 AS leaf_fragmentation
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid
JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
CROSS JOIN LATERAL pgstatindex(c.oid::regclass) AS s
WHERE c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace AND x.indisvalid
    AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid)
    AND pg_relation_size(c.oid) BETWEEN 8193 AND $1;
