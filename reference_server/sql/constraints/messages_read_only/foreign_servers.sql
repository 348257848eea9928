-- Nothing is written through the foreign partitions once the data are there: no key of theirs could refuse a wrong row.
ALTER SERVER shard_0 OPTIONS (ADD updatable 'false');
ALTER SERVER shard_1 OPTIONS (ADD updatable 'false');
ALTER SERVER shard_2 OPTIONS (ADD updatable 'false');
ALTER SERVER shard_3 OPTIONS (ADD updatable 'false');
