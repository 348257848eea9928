"""A made-up run: the files that a comparison leaves behind, with known effects in them."""

from functools import cache
from pathlib import Path

import numpy as np
import orjson
from hdrh.histogram import HdrHistogram

from harness.judging.summary import summarise
from harness.rounds import lane_order, lanes_of
from harness.run_folder import RunFolder

#: Operation → (median µs, samples per trial, blocks per call, WAL bytes per call).
OPERATIONS = {
    "newest_page": (420, 520, 54.0, 0.0),
    "older_page": (480, 260, 61.0, 0.0),
    "conversation_list": (690, 180, 112.0, 0.0),
    "send": (2900, 120, 38.0, 1450.0),
    "mark_read": (2300, 130, 44.0, 610.0),
    "unread_total": (110, 220, 3.0, 0.0),
    "presence_lookup": (95, 240, None, None),
    "block_check": (160, 90, 4.0, 0.0),
    "block_add": (2100, 12, 9.0, 420.0),
}
#: (operation, variant) → true ratio of its cost to the baseline's.
EFFECTS = {
    ("newest_page", "spec"): 0.78,
    ("older_page", "spec"): 0.66,
    ("newest_page", "no_page_index"): 6.0,
    ("older_page", "no_page_index"): 9.0,
    ("mark_read", "spec"): 1.14,
    ("send", "lean"): 0.86,
    ("conversation_list", "lean"): 0.9,
}
NOISE = 0.02
CANDIDATES = ["spec", "lean", "no_page_index"]


def histogram(values) -> str:
    recorded = HdrHistogram(1, 3_600_000_000, 3)
    for value in np.maximum(1, values).astype(int):
        recorded.record_value(int(value))
    return recorded.encode().decode()


def experiment(**changes) -> dict:
    return {
        "name": "quickstart",
        "question": "Do the spec's indexes serve a chat client's day better than the baseline schema?",
        "dataset": "medium",
        "seed": 1,
        "baseline": "baseline",
        "candidates": CANDIDATES,
        "rounds": 6,
        "minimum_effect": 0.05,
        "primary": ["response_p50"],
        "scenarios": [
            {"name": "day", "target": "direct", "users": 16, "rate_per_s": 400.0, "window_s": 4.5, "compare": True},
            {"name": "fanout", "target": "server", "users": 8, "rate_per_s": 50.0, "window_s": 6.0, "compare": False},
        ],
        "hypotheses": [],
    } | changes


def manifest(**changes) -> dict:
    variants = {
        name: {
            "summary": f"What {name} is.",
            "fingerprint": f"{name}-f1",
            "known_gaps": [],
            "build_s": 12.5,
            "database_bytes": 700_000_000,
        }
        for name in ["baseline", *CANDIDATES]
    }
    return {
        "schema_version": 1,
        "run_id": "20260101-quickstart",
        "created_at": "2026-01-01T12:00:00+00:00",
        "experiment": experiment(**changes),
        "environment": {
            "python": "3.11.7",
            "cpus": 2,
            "memory_bytes": 8_200_000_000,
            "postgres": {"version": "18.6", "settings": {"shared_buffers": "1GB", "fsync": "on"}},
            "redis": {"version": "9.1.0"},
        },
        "dataset": {
            "name": "medium",
            "seed": 1,
            "fingerprint": "d41d8c",
            "rows": {"users": 20_000, "messages": 1_000_000},
        },
        "variants": variants,
        "lanes": lanes_of("baseline", CANDIDATES),
        "status": "finished",
    }


def trial(lane: str, *, round_number=1, position=1, rng=None, scale=1.0, void=None) -> dict:
    rng = rng or np.random.default_rng(round_number * 100 + position)
    variant = lane.removesuffix(":again")
    operations, statements, per_second = {}, {}, [{} for _ in range(5)]
    for name, (median, count, blocks, wal) in OPERATIONS.items():
        effect = EFFECTS.get((name, variant), 1.0)
        drawn = rng.lognormal(np.log(median * effect * scale * np.exp(rng.normal(0, NOISE))), 0.45, count)
        operations[name] = {
            "count": count,
            "errors": 0,
            "error_kinds": {},
            "response": histogram(drawn * 1.03 + 4),
            "service": histogram(drawn),
            "lag": histogram(drawn * 0.03),
            "mean_response_us": float(drawn.mean()),
        }
        for second, part in enumerate(np.array_split(drawn, 5)):
            per_second[second][name] = {"count": len(part), "response": histogram(part)}
        if blocks is not None:
            statements[f"{name}/main"] = {
                "operation": name,
                "calls": count,
                "rows": count * 20,
                "exec_ms": count * median * effect * 0.0004 * float(np.exp(rng.normal(0, NOISE))),
                "plan_ms": 0.0,
                "blocks_hit": round(count * blocks * effect),
                "blocks_read": 0,
                "blocks_dirtied": 1,
                "wal_records": count if wal else 0,
                "wal_bytes": round(count * wal * effect),
                "wal_images": 0,
            }
    operations["task:scroll_back"] = operations["older_page"]
    return {
        "trial": f"r{round_number}p{position}",
        "round": round_number,
        "position": position,
        "lane": lane,
        "variant": variant,
        "scenario": "day",
        "target": "direct",
        "seed": round_number,
        "started_at": "2026-01-01T12:00:00+00:00",
        "load": {"users": 16, "rate_per_s": 400.0, "arrivals": "poisson", "warmup_s": 1.0, "window_s": 5.0},
        "void": void,
        "operations": operations,
        "seconds": [{"second": n, "operations": part} for n, part in enumerate(per_second)],
        "deliveries": None,
        "evidence": {
            "statements": statements,
            "wal_bytes": 900_000,
            "wal_image_bytes": 0,
            "checkpoints": 0,
            "autovacuums": 0,
            "database_bytes": 700_000_000,
            "tables": {
                "messages": {"bytes": 310_000_000, "indexes_bytes": 190_000_000, "dead": 130, "hot_share": 0.4},
                "conversations": {"bytes": 9_000_000, "indexes_bytes": 7_000_000, "dead": 250, "hot_share": None},
            },
            "indexes": {
                "messages_pkey": {"table": "messages", "bytes": 40_000_000, "scans": 900},
                "idx_messages_sender": {"table": "messages", "bytes": 33_000_000, "scans": 0},
            },
            "cache_hit_share": 0.998,
            "redis": {"hits": 700, "misses": 12, "commands": 1500, "memory_bytes": 3_000_000},
        },
        "generator": {
            "cpu_share": 0.41,
            "loop_lag_p99_us": 900.0,
            "send_lag_p99_us": 1200.0,
            "achieved_rate_share": 0.997,
        },
        "steps_s": {"clone": 0.8, "prewarm": 0.4},
    }


def fanout_trial() -> dict:
    rng = np.random.default_rng(9)
    empty = trial("baseline") | {"scenario": "fanout", "target": "server", "operations": {}, "seconds": []}
    delays = rng.lognormal(np.log(3000), 0.4, 1200)
    return empty | {
        "trial": "fanout",
        "deliveries": {
            "expected": 1200,
            "received": 1200,
            "lost": 0,
            "duplicated": 0,
            "late": 0,
            "latency": histogram(delays),
        },
    }


def trials() -> list[dict]:
    """Six rounds and a fan-out trial; each caller gets a copy to spoil."""
    return orjson.loads(_stored_trials())


@cache
def _stored_trials() -> bytes:
    return orjson.dumps(_make_trials(rounds=6, seed=1))


def _make_trials(rounds: int, seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    found = []
    for number, row in enumerate(lane_order(lanes_of("baseline", CANDIDATES), rounds, seed), 1):
        drift = float(np.exp(rng.normal(0, 0.05)))
        found += [
            trial(lane, round_number=number, position=place, rng=rng, scale=drift) for place, lane in enumerate(row, 1)
        ]
    return [*found, fanout_trial()]


def write_run(path: Path, *, voided: str | None = None) -> Path:
    folder = RunFolder.create(path)
    made = trials()
    if voided:
        made[3] = made[3] | {"void": voided}
    folder.write_manifest(manifest())
    for one in made:
        folder.append_trial(one)
    folder.write_summary(summarise(manifest(), made))
    return path
