"""The price of a variant, the Pareto front, and which indexes are one too many."""

from harness.evidence.index_shapes import redundancies
from harness.evidence.redis_families import family_of
from harness.judging.examined import examinations, flips_of, indexes_of, plans_of
from harness.judging.price import prices_of
from harness.statistics.pareto import front


def test_the_front_holds_what_no_other_beats_in_every_cost():
    costs = {"spec": (1.0, 9.0), "lean": (1.0, 7.0), "bare": (5.0, 3.0), "worst": (5.0, 9.5)}
    assert front(costs) == ["lean", "bare"]


def test_equals_both_stand_on_the_front():
    assert front({"a": (1.0, 1.0), "b": (1.0, 1.0)}) == ["a", "b"]


def shape(*keys, **changes):
    told = {"table": "messages", "method": "btree", "is_unique": False, "included": [], "predicate": None}
    return told | {"keys": list(keys)} | changes


def test_an_index_whose_keys_begin_another_is_its_prefix_and_an_equal_one_its_duplicate():
    found = redundancies(
        {
            "pair": shape("a 0", "b 0", is_unique=True),
            "only_a": shape("a 0"),
            "pair_again": shape("a 0", "b 0"),
            "b_first": shape("b 0", "a 0"),
        }
    )
    assert found == {"only_a": "prefix of pair", "pair_again": "duplicate of pair"}


def test_what_stays_is_named_and_nothing_that_should_go_itself():
    found = redundancies(
        {
            "a_pair": shape("a 0", "b 0"),
            "only_a": shape("a 0"),
            "rule": shape("a 0", "b 0", is_unique=True),
            "bare": shape("c 0"),
            "covering": shape("c 0", included=["d"]),
        }
    )
    assert found == {"a_pair": "duplicate of rule", "only_a": "prefix of rule", "bare": "duplicate of covering"}


def test_another_order_predicate_table_or_method_is_not_the_same():
    wide = shape("a 0", "b 0")
    others = {
        "descending": shape("a 1"),
        "partial": shape("a 0", predicate="NOT is_read"),
        "elsewhere": shape("a 0", table="users"),
        "brin": shape("a 0", method="brin"),
        "unique": shape("a 0", is_unique=True),
        "covering": shape("a 0", included=["c"]),
    }
    assert redundancies({"wide": wide, **others}) == {}


def plan(slot, stratum, blocks, mode="custom"):
    tree = {"node": "Seq Scan", "relation": "messages", "rows": 50, "blocks": blocks, "loops": 1}
    sums = {"planning_ms": 0.2, "execution_ms": 1.0, "blocks": blocks, "wal_bytes": 0, "rows": 50}
    return {"slot": slot, "stratum": stratum, "mode": mode, "hash": f"h{blocks}", "tree": tree} | sums


def examination(blocks=10, wal=1_000.0):
    return {
        "plans": [
            plan("newest_page", "hot conversation, first page", blocks),
            plan("older_page", "hot conversation, deep page", 2 * blocks),
        ],
        "probe": {
            "sends": 200,
            "send_us": list(range(1, 201)),
            "send": {
                "wal_bytes": wal,
                "relations": {"page": {"kind": "index", "table": "messages", "wal_bytes": 90.0}},
            },
            "mark_reads": 4,
            "marked_messages": 20,
            "mark_read": {"wal_bytes": 500.0, "relations": {}},
        },
        "index_shapes": {},
        "redundant_indexes": {},
        "index_density": None,
        "redis_families": {},
    }


def trial(lane, examined):
    tables = {"messages": {"bytes": 600, "indexes_bytes": 400}}
    indexes = {"page": {"table": "messages", "bytes": 300, "scans": 4, "tuples_read": 9}}
    plans = {"hashes": {}, "flips": [], "notes": []}
    evidence = {"tables": tables, "indexes": indexes, "plans": plans, "examination": examined}
    return {"trial": f"{lane}-1", "lane": lane, "operations": {}, "evidence": evidence}


TRIALS = [trial("spec", examination()), trial("lean", examination(20, wal=800.0)), trial("spec:again", examination())]
MANIFEST = {"dataset": {"rows": {"messages": 1_000}}, "variants": {"spec": {"build_s": 2.0}, "lean": {"build_s": 1.5}}}


def test_a_price_holds_space_writes_reads_and_planning():
    rows = prices_of(MANIFEST, TRIALS, examinations(TRIALS), "spec")
    by_lane = {row["lane"]: row for row in rows}
    lean = by_lane["lean"]
    assert (lean["build_s"], lean["bytes_per_million_messages"], lean["wal_bytes_per_send"]) == (1.5, 1e6, 800.0)
    assert (lean["newest_page_blocks"], lean["deep_page_blocks"], lean["planning_ms"]) == (20, 40, 0.2)
    assert lean["wal_bytes_per_marked_message"] == 100.0
    assert (lean["insert_p99_us"], lean["insert_p99_source"]) == (198.0, "probe, one connection")
    assert round(lean["read_blocks_ratio"], 6) == 2.0
    assert all(row["on_front"] for row in rows)


def test_a_price_of_what_nobody_measured_is_none():
    bare = examination() | {"probe": None, "plans": []}
    row = prices_of({"dataset": {}, "variants": {}}, [trial("spec", bare)], {"spec": bare}, "spec")[0]
    assert set(row.values()) == {"spec", None, False}


def test_the_again_lane_has_no_price_of_its_own():
    assert list(examinations(TRIALS)) == ["spec", "lean"]


def test_a_candidates_plan_says_how_it_differs_and_the_baselines_says_nothing():
    told = {(p["lane"], p["slot"]): p for p in plans_of(examinations(TRIALS), "spec")}
    assert told["spec", "newest_page"]["differences"] is None
    assert told["lean", "newest_page"]["differences"] == ["blocks: 10 → 20"]


def test_an_index_tells_its_share_of_a_send():
    row = indexes_of(examinations(TRIALS), TRIALS, 1_000)[0]
    assert (row["index"], row["scans"], row["unused"], row["wal_bytes_per_send"]) == ("page", 4, False, 90.0)
    assert row["share_of_send"] == 0.09
    assert row["bytes_per_million_messages"] == 300_000


def test_flips_are_told_with_their_trial():
    flipped = trial("lean", examination())
    flipped["evidence"]["plans"]["flips"] = [{"plan": "newest_page|hot|custom", "before": "a", "after": "b"}]
    told = flips_of([TRIALS[0], flipped])
    assert told["trials_looked_at"] == 2
    assert [(flip["lane"], flip["before"], flip["after"]) for flip in told["flips"]] == [("lean", "a", "b")]


def test_keys_belong_to_the_family_of_their_prefix():
    assert [family_of(key) for key in ("unread:total:1", "unread:conv:1:2", "online:1", "chatbench:x", "mine")] == [
        *("unread:total", "unread:conv", "online", "chatbench", "other")
    ]
