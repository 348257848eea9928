"""Which shard answers what, and how several answers become one."""

from uuid import UUID, uuid4

import numpy as np
import pyarrow as pa
import pytest

from harness.seeding.sharded_copy import rows_of_shard
from reference_server.errors import BrokenVariant
from reference_server.sharding import RULES, merge, rules_of, shard_of
from reference_server.variant import load_variant


def conversation(number: int, at: int | None) -> dict[str, object]:
    return {"id": UUID(int=number), "last_message_at": at}


def test_lists_merge_latest_first_with_silent_conversations_last_and_no_more_than_asked():
    answers = [[conversation(1, 30), conversation(2, 10)], [conversation(4, 30), conversation(3, None)]]
    merged = merge(RULES["conversation_list/newest"], answers, ["user", 3])
    assert [row["id"].int for row in merged] == [4, 1, 2]
    assert [row["id"].int for row in merge(RULES["conversation_list/newest"], answers, ["user", 9])] == [4, 1, 2, 3]


def test_counts_of_all_shards_are_added_up():
    assert merge(RULES["unread_total"], [[(2,)], [(0,)], [(5,)]], ["user"])[0][0] == 7


def test_copying_puts_each_conversation_where_the_application_looks_for_it():
    ids = [uuid4() for _ in range(500)]
    batch = pa.record_batch([pa.array([one.bytes for one in ids], pa.binary(16))], ["id"])
    sliced = batch.slice(100, 300)
    for shard in range(3):
        found = rows_of_shard(sliced, column="id", shard=shard, shards=3).column("id").to_pylist()
        assert found == [one.bytes for one in ids[100:400] if shard_of(one, 3) == shard]


def test_conversations_spread_evenly():
    counts = np.bincount([shard_of(uuid4(), 4) for _ in range(4_000)])
    assert counts.min() > 800


def test_every_statement_of_the_sharded_variant_has_a_rule_and_an_unknown_one_is_refused():
    variant = load_variant("sharded_application")
    assert len(rules_of(variant)) == len(variant.queries)
    variant.queries["new_operation"] = variant.queries["newest_page"]
    with pytest.raises(BrokenVariant, match="new_operation"):
        rules_of(variant)
