-- One conversation per pair over all shards; no shard alone could tell.
ALTER TABLE conversation_pairs ADD CONSTRAINT unique_conversation_pair PRIMARY KEY (user1_id, user2_id);
