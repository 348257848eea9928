-- Each partition, and each partition's index, with its topmost parent.
WITH RECURSIVE topmost (leaf, root) AS (
    SELECT inhrelid, inhparent FROM pg_inherits
    UNION ALL
    SELECT t.leaf, i.inhparent FROM topmost t JOIN pg_inherits i ON i.inhrelid = t.root
)
SELECT leaf.relname AS leaf, root.relname AS root
FROM topmost t
JOIN pg_class leaf ON leaf.oid = t.leaf
JOIN pg_class root ON root.oid = t.root
WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = t.root);
