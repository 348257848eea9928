"""What is recommended under which mix."""

import ast
from pathlib import Path

import pytest

import scenarios
from harness.judging.mix import WRITES, kind_of, mix_of, weighed
from harness.judging.recommendation import recommend
from harness.judging.round_values import RoundTable

ROUNDS = 6
WOBBLE = (1.0, 1.004, 0.997, 1.002, 0.999, 1.001)


def trial(lane, **counts):
    operations = {name: {"count": count} for name, count in counts.items()}
    return {"lane": lane, "scenario": "day", "target": "direct", "operations": operations}


def table(operation, **lanes):
    values = {lane.replace("_again", ":again"): cost for lane, cost in lanes.items()}
    return RoundTable(
        scenario="day",
        target="direct",
        operation=operation,
        metric="response_p50_us",
        rounds=tuple(range(1, ROUNDS + 1)),
        lanes={
            lane: [cost * WOBBLE[(n + at) % ROUNDS] for n in range(ROUNDS)]
            for at, (lane, cost) in enumerate(values.items())
        },
    )


def recommended(tables, counts, candidates=("new",), findings=()):
    mix = mix_of([{"name": "day", "target": "direct"}], "base", [trial("base", **counts)])
    rows = weighed(
        mix,
        tables,
        metric="response_p50_us",
        baseline="base",
        candidates=candidates,
        minimum_effect=0.05,
        alpha=0.05,
    )
    return recommend(rows, findings, baseline="base", minimum_effect=0.05), rows


READ = table("newest_page", base=100, base_again=100, new=50)
WRITE = table("send", base=100, base_again=100, new=200)


def test_every_operation_of_the_chat_client_is_known_as_read_or_write():
    protocol = ast.parse((Path(scenarios.__file__).parent / "protocol.py").read_text())
    (client,) = [node for node in protocol.body if getattr(node, "name", "") == "ChatClient"]
    names = {n.name for n in client.body if isinstance(n, ast.AsyncFunctionDef)}
    assert names >= WRITES
    assert {name for name in names if kind_of(name) == "read"} == {
        *("newest_page", "older_page", "conversation_list", "media_gallery", "unread_total", "unread_conversation"),
        *("presence_lookup", "last_seen", "block_check", "block_list", "listen", "quiesce"),
    }


def test_the_mix_counts_calls_of_the_baselines_lanes_and_no_tasks():
    made = [trial("base", send=10, newest_page=30), trial("base:again", send=10), trial("new", send=99)]
    made[0]["operations"]["task:write"] = {"count": 10}
    mix = mix_of([{"name": "day", "target": "direct"}], "base", made).as_dict()
    assert (mix["calls"], mix["reads"], mix["writes"]) == (50, 30, 20)
    assert (mix["read_share"], mix["write_share"]) == (0.6, 0.4)


def test_better_reads_and_worse_writes_are_taken_where_reads_prevail():
    found, _ = recommended([READ, WRITE], {"newest_page": 90, "send": 10})
    assert (found["answer"], found["take"]) == ("take", "new")


def test_and_not_where_writes_prevail():
    found, _ = recommended([READ, WRITE], {"newest_page": 10, "send": 90})
    assert (found["answer"], found["worse"]) == ("keep", ["new"])


def test_where_they_balance_within_the_minimum_effect_the_baseline_stays():
    found, rows = recommended([READ, WRITE], {"newest_page": 200, "send": 100})
    assert rows[0]["ratio"] == pytest.approx(1, abs=0.01)
    assert (found["answer"], found["equivalent"]) == ("keep", ["new"])


def test_what_is_unresolved_stays_unresolved():
    noisy = table("newest_page", base=100, base_again=100, new=90)
    noisy.lanes["new"][:] = [60, 150, 70, 120, 55, 140]
    found, _ = recommended([noisy], {"newest_page": 10})
    assert (found["answer"], found["unresolved"]) == ("open", ["new"])


def test_of_two_better_ones_the_cheaper_is_taken_and_one_that_cannot_be_told_from_it_is_named():
    tables = [table("newest_page", base=100, base_again=100, new=50, other=50.5, third=80)]
    found, _ = recommended(tables, {"newest_page": 10}, candidates=("other", "new", "third"))
    assert found["take"] == "new"
    assert found["alike"] == ["other"]
    assert found["better"] == ["other", "new", "third"]


def test_the_price_of_the_recommended_one_is_where_it_is_worse():
    worse = {
        **dict.fromkeys(("scenario", "target"), "x"),
        "operation": "send",
        "metric": "response_p50_us",
        "ratio": 2.0,
        "verdict": "worse",
        "primary": True,
    }
    findings = [
        worse | {"candidate": "new"},
        worse | {"candidate": "other"},
        worse | {"candidate": "new", "primary": False},
    ]
    found, _ = recommended([READ, WRITE], {"newest_page": 90, "send": 10}, findings=findings)
    assert [one["operation"] for one in found["price"]] == ["send"]


def test_operations_that_no_round_carries_are_left_out_and_the_share_covered_is_told():
    _, rows = recommended([READ], {"newest_page": 75, "send": 25})
    assert [(row["kind"], row["covered_share"]) for row in rows] == [("all", 0.75), ("read", 1.0)]


def test_without_anything_to_weigh_there_is_no_recommendation():
    assert recommended([], {"newest_page": 10})[0] is None
