-- How many rows a table has, where ANALYZE has never seen it.
SELECT count(*) AS rows FROM {table};
