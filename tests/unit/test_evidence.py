"""A window's evidence: what counters grew by, never what they hold."""

import pytest

from harness.evidence import Counters, counted_by_target, evidence_between
from harness.evidence.wal import Wal, bytes_between

STATEMENT_COUNTERS = (
    *("calls", "rows", "exec_ms", "plan_ms", "blocks_hit", "blocks_read", "blocks_dirtied"),
    *("wal_records", "wal_bytes", "wal_images"),
)


def statement(calls):
    return dict.fromkeys(STATEMENT_COUNTERS, 2 * calls) | {"calls": calls}


def table(**changes):
    return {"bytes": 100, "indexes_bytes": 40, "dead": 1, "updated": 0, "hot_updated": 0, "autovacuums": 0} | changes


def counters(*, statements=None, tables=None, indexes=None, redis=(), **database):
    nothing = {"wal_position": "0/0", "checkpoints": 0, "database_bytes": 500, "blocks_hit": 0, "blocks_read": 0}
    counted = {"keyspace_hits": 0, "keyspace_misses": 0, "total_commands_processed": 0, "used_memory": 1_000}
    return Counters(
        statements=statements or {},
        tables=tables or {},
        indexes=indexes or {},
        database=nothing | database,
        redis=counted | dict(redis),
    )


def wal(distance_bytes=0, **known):
    nothing = dict.fromkeys(("record_bytes", "image_bytes", "records", "managers", "relations", "note"))
    return Wal(distance_bytes=distance_bytes, **(nothing | known))


def between(before, after, queryids=None, *, image_bytes=None):
    return evidence_between(before, after, queryids or {}, wal=wal(image_bytes=image_bytes))


def test_a_statement_is_told_by_its_slot_with_what_it_grew_by():
    before = counters(statements={11: statement(5), 12: statement(1)})
    after = counters(statements={11: statement(25), 12: statement(4), 99: statement(7)})
    found = between(before, after, {"send/insert": 11, "mark_read": 12})["statements"]
    assert {slot: (s["operation"], s["calls"], s["rows"]) for slot, s in found.items()} == {
        "mark_read": ("mark_read", 3, 6),
        "send/insert": ("send", 20, 40),
    }


def test_a_statement_first_seen_in_the_window_counts_whole_and_one_never_seen_is_absent():
    after = counters(statements={11: statement(20)})
    found = between(counters(), after, {"send/insert": 11, "mark_read": 12})["statements"]
    assert set(found) == {"send/insert"}
    assert found["send/insert"]["calls"] == 20


@pytest.mark.parametrize(
    ("before", "after", "grown"),
    [("0/0", "0/FF", 255), ("0/FFFFFFFF", "1/0", 1), ("1/10", "2/10", 1 << 32)],
)
def test_wal_is_the_distance_of_two_positions(before, after, grown):
    assert bytes_between(before, after) == grown


def test_image_bytes_that_the_server_does_not_tell_are_none():
    assert between(counters(), counters(), image_bytes=None)["wal_image_bytes"] is None
    assert between(counters(), counters(), image_bytes=0)["wal_image_bytes"] == 0


def test_checkpoints_and_autovacuums_are_those_of_the_window():
    before = counters(checkpoints=4, tables={"messages": table(autovacuums=2), "users": table()})
    after = counters(checkpoints=5, tables={"messages": table(autovacuums=3), "users": table(autovacuums=1)})
    found = between(before, after)
    assert (found["checkpoints"], found["autovacuums"]) == (1, 2)


def test_sizes_are_those_at_the_end():
    before = counters(tables={"messages": table()})
    after = counters(database_bytes=900, tables={"messages": table(bytes=300, indexes_bytes=80, dead=9)})
    found = between(before, after)
    assert found["database_bytes"] == 900
    sizes = {key: found["tables"]["messages"][key] for key in ("bytes", "indexes_bytes", "dead", "hot_share")}
    assert sizes == {"bytes": 300, "indexes_bytes": 80, "dead": 9, "hot_share": None}


def test_the_hot_share_is_that_of_the_windows_updates():
    before = counters(tables={"messages": table(updated=100, hot_updated=0)})
    after = counters(tables={"messages": table(updated=140, hot_updated=30)})
    assert between(before, after)["tables"]["messages"]["hot_share"] == 0.75


def test_an_index_tells_its_scans_in_the_window_even_when_it_is_new():
    def index(scans):
        return {"table": "messages", "bytes": 8_192, "scans": scans}

    before = counters(indexes={"messages_page": index(10)})
    after = counters(indexes={"messages_page": index(25), "messages_new": index(3)})
    found = between(before, after)["indexes"]
    assert {name: (i["table"], i["scans"]) for name, i in found.items()} == {
        "messages_new": ("messages", 3),
        "messages_page": ("messages", 15),
    }


def test_a_cache_hit_share_without_any_read_is_none():
    assert between(counters(), counters())["cache_hit_share"] is None
    before = counters(blocks_hit=1_000, blocks_read=1_000)
    found = between(before, counters(blocks_hit=1_090, blocks_read=1_010))
    assert found["cache_hit_share"] == 0.9


def test_redis_tells_growth_and_its_memory_at_the_end():
    before = counters(redis={"keyspace_hits": 5, "keyspace_misses": 5, "total_commands_processed": 50})
    grown = {"keyspace_hits": 25, "keyspace_misses": 6, "total_commands_processed": 90, "used_memory": 4_000}
    found = between(before, counters(redis=grown))["redis"]
    told = {key: found[key] for key in ("hits", "misses", "commands", "memory_bytes")}
    assert told == {"hits": 20, "misses": 1, "commands": 40, "memory_bytes": 4_000}


def test_redis_commands_are_told_only_when_called_in_the_window():
    before = counters(redis={"commandstats": {"cmdstat_get": {"calls": 5, "usec": 10}}})
    after = counters(
        redis={"commandstats": {"cmdstat_get": {"calls": 5, "usec": 10}, "cmdstat_hgetall": {"calls": 3, "usec": 12}}}
    )
    assert between(before, after)["redis"]["by_command"] == {"hgetall": {"calls": 3, "us": 12}}


def test_what_the_target_counted_is_sorted_by_plans_and_caches():
    found = counted_by_target(
        {"plan send/insert": {"custom": 5, "generic": 90}, "cache last_msg": {"hits": 3, "misses": 1}}
    )
    assert found == {
        "prepared_plans": {"send/insert": {"custom": 5, "generic": 90}},
        "cache_reads": {"last_msg": {"hits": 3, "misses": 1}},
    }


def test_a_target_that_counts_nothing_says_none():
    assert counted_by_target({}) == {"prepared_plans": None, "cache_reads": None}
