"""Plans: one shape has one hash, whatever it cost and whichever rows it was asked for."""

from copy import deepcopy

import pytest

from harness.evidence.plan_capture import literal, told
from harness.evidence.plan_tree import hash_of, tree_of
from harness.evidence.plan_words import accesses, differences, lines, partitions, sorts


def scan(**changes):
    return {
        "Node Type": "Index Scan",
        "Relation Name": "messages",
        "Index Name": "messages_page",
        "Scan Direction": "Forward",
        "Index Cond": "(conversation_id = '11111111-2222-3333-4444-555555555555'::uuid)",
        "Startup Cost": 0.4,
        "Total Cost": 8.1,
        "Plan Rows": 50,
    } | changes


def measured(node, *, rows=50, loops=1, blocks=7, **changes):
    counted = {"Actual Rows": rows, "Actual Loops": loops, "Actual Total Time": 0.2, "Shared Hit Blocks": blocks}
    return node | counted | {"Shared Read Blocks": 0} | changes


def limit(*children):
    return {"Node Type": "Limit", "Plans": list(children)}


def explained(plan, planning=0.1):
    return told({"Plan": plan, "Planning Time": planning, "Execution Time": 0.5}, {})


SEQUENTIAL = {"Node Type": "Seq Scan", "Relation Name": "messages", "Filter": "(conversation_id = $1)"}


@pytest.mark.parametrize(
    "changes",
    [
        {"Total Cost": 99.0, "Plan Rows": 1},
        {"Index Cond": "(conversation_id = $1)"},
        {"Index Cond": "(conversation_id = 'aaaaaaaa-2222-3333-4444-555555555555'::uuid)"},
        {"Actual Rows": 3, "Actual Loops": 1, "Shared Hit Blocks": 9},
    ],
)
def test_costs_counts_and_constants_leave_the_hash_alone(changes):
    assert hash_of(tree_of(limit(scan(**changes)), {})) == hash_of(tree_of(limit(scan()), {}))


@pytest.mark.parametrize(
    "changes",
    [
        {"Index Name": "idx_conversation_messages"},
        {"Node Type": "Index Only Scan"},
        {"Scan Direction": "Backward"},
        {"Filter": "(NOT is_read)"},
    ],
)
def test_another_index_scan_direction_or_filter_is_another_hash(changes):
    assert hash_of(tree_of(scan(**changes), {})) != hash_of(tree_of(scan(), {}))


def test_a_row_comparison_with_two_constants_hashes_as_with_two_parameters():
    custom = scan(Filter="(ROW(created_at, id) < ROW('2024-01-01 00:00:00+00'::timestamp with time zone, 'a'::uuid))")
    generic = scan(Filter="(ROW(created_at, id) < ROW($3, $4))")
    assert hash_of(tree_of(custom, {})) == hash_of(tree_of(generic, {}))


def test_a_partition_keeps_its_name_beside_its_parents():
    node = tree_of(
        scan(**{"Relation Name": "messages_2024_01", "Index Name": "messages_2024_01_idx"}),
        {"messages_2024_01": "messages", "messages_2024_01_idx": "messages_page"},
    )
    assert (node["relation"], node["partition"]) == ("messages", "messages_2024_01")
    assert (node["index"], node["partition_index"]) == ("messages_page", "messages_2024_01_idx")


def test_rows_and_removed_rows_are_those_of_all_loops():
    node = tree_of(measured(scan(), rows=2, loops=3, **{"Rows Removed by Filter": 4}), {})
    assert (node["rows"], node["removed"]) == (6, 12)


def test_a_lost_index_is_told_as_scan_sort_filter_and_blocks():
    ours = explained(measured(limit(measured(scan())), blocks=10))
    sort = measured(
        {"Node Type": "Sort", "Sort Key": ["created_at DESC"], "Sort Method": "top-N heapsort"}
        | {"Plans": [measured(SEQUENTIAL, rows=1_230, blocks=506, **{"Rows Removed by Filter": 18_770})]},
        blocks=506,
    )
    theirs = explained(measured(limit(sort), blocks=515))
    assert differences(ours, theirs) == [
        "messages: Index Scan (messages_page) → Seq Scan",
        "no sort → sort of 1,230 rows (top-N heapsort)",
        "rows removed by filters: 0 → 18,770",
        "blocks: 10 → 515",
    ]


def test_equal_plans_differ_in_nothing_and_small_changes_are_not_told():
    ours = explained(measured(scan(), blocks=100))
    assert differences(ours, deepcopy(ours)) == []
    assert differences(ours, explained(measured(scan(), blocks=104))) == []


def test_planning_is_told_of_custom_plans_only():
    ours, theirs = (explained(measured(scan()), planning=ms) for ms in (0.1, 1.6))
    assert differences(ours, theirs) == ["planning: 0.10 → 1.60 ms"]
    assert differences(ours | {"mode": "generic"}, theirs | {"mode": "generic"}) == []


def test_partitions_that_never_ran_are_not_touched():
    children = [
        measured(scan(**{"Relation Name": f"messages_{n}", "Index Name": f"messages_{n}_idx"}), loops=int(n < 2))
        for n in range(5)
    ]
    roots = {f"messages_{n}": "messages" for n in range(5)} | {f"messages_{n}_idx": "messages_page" for n in range(5)}
    tree = tree_of({"Node Type": "Append", "Plans": children}, roots)
    assert partitions(tree) == {"messages": 2}
    assert accesses(tree) == {"messages": "Index Scan (messages_page)"}
    assert [text for _, text in lines(tree)][-1] == "3 × Index Scan messages_page on messages · never run"


def test_a_bitmap_scan_names_the_indexes_below_it():
    bitmap = {"Node Type": "Bitmap Heap Scan", "Relation Name": "messages"} | {
        "Plans": [
            {
                "Node Type": "BitmapAnd",
                "Plans": [
                    {"Node Type": "Bitmap Index Scan", "Index Name": name} for name in ("messages_page", "by_type")
                ],
            }
        ]
    }
    assert accesses(tree_of(bitmap, {})) == {"messages": "Bitmap Heap Scan (by_type, messages_page)"}


def test_a_sort_tells_what_came_in():
    tree = tree_of(measured({"Node Type": "Sort", "Plans": [measured(SEQUENTIAL, rows=900)]}, rows=50), {})
    assert sorts(tree) == ["sort of 900 rows"]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, "uuid", "NULL"),
        (50, "int4", "E'50'"),
        (0, "timestamptz", "E'2000-01-01T00:00:00+00:00'"),
        ("it's \\ here", "text", "E'it''s \\\\ here'"),
        (["a", 'b"c'], "text[]", 'E\'{"a","b\\\\"c"}\''),
        (True, "bool", "E'True'"),
    ],
)
def test_parameters_become_literals(value, kind, expected):
    assert literal(value, kind) == expected


def test_how_a_partition_is_read_that_was_empty_makes_no_other_plan():
    roots = {"messages_old": "messages", "messages_now": "messages"}
    old = scan(**{"Relation Name": "messages_old"})
    by_index = scan(**{"Relation Name": "messages_now"})
    sequential = {"Node Type": "Sort", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "messages_now"}]}
    before = {"Node Type": "Merge Append", "Plans": [old, sequential]}
    after = {"Node Type": "Merge Append", "Plans": [old, by_index]}
    empty = frozenset({"messages_now"})
    assert told({"Plan": before}, roots, empty)["hash"] == told({"Plan": after}, roots, empty)["hash"]
    assert told({"Plan": before}, roots)["hash"] != told({"Plan": after}, roots)["hash"]
    assert told({"Plan": old}, roots, empty)["hash"] != told({"Plan": by_index}, roots, empty)["hash"]
