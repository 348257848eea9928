-- Each partition, and each partition's index, with its topmost parent.
SELECT leaf.relname AS leaf, root.relname AS root
FROM pg_class leaf
JOIN pg_class root ON root.oid = pg_partition_root(leaf.oid)
WHERE leaf.relispartition;
