"""Fingerprints: what a run's numbers depend on besides its variants, in parts that two runs must share; pure."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

Manifest = Mapping[str, Any]
#: Of a scenario: what is offered. Names and shares of capacities say nothing by themselves.
_LOAD = ("target", "users", "rate_per_s", "arrivals", "warmup_s", "window_s", "servers", "receivers", "devices")
_SHOWN = 8


def facts_of(manifest: Manifest, variants: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
    """Part → fact → value; of schemas only those of `variants`, all by default."""
    machine, experiment = manifest["environment"], manifest["experiment"]
    settings = {**(machine.get("postgres_settings") or {}), **(experiment.get("conditions") or {})}
    return {
        "data": {key: manifest["dataset"].get(key) for key in ("name", "seed", "fingerprint")},
        "schema": {
            name: found.get("fingerprint")
            for name, found in (manifest.get("variants") or {}).items()
            if variants is None or name in variants
        },
        "settings": settings,
        "versions": {
            "postgres": (machine.get("postgres") or {}).get("version"),
            "redis": " ".join(str((machine.get("redis") or {}).get(key)) for key in ("product", "version")),
            **{key: machine.get(key) for key in ("chatbench", "python")},
            **(machine.get("packages") or {}),
        },
        "hardware": {key: machine.get(key) for key in ("cpu", "cores", "memory_bytes", "system")},
        "load": {
            f"{load['name']} on {load['target']}, {key}": load.get(key)
            for load in experiment["scenarios"]
            if load.get("compare", True)
            for key in _LOAD
        }
        | {f"mix {Path(path).name}": said for path, said in (manifest.get("mixes") or {}).items()},
    }


def fingerprints_of(manifest: Manifest) -> dict[str, str]:
    """A hash of each part, for a glance; the facts themselves are in the manifest."""
    return {
        part: hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:16]
        for part, facts in facts_of(manifest).items()
    }


def differences(a: Manifest, b: Manifest, variants: Collection[str]) -> list[dict[str, Any]]:
    """Each fact in which two runs differ, with both values."""
    ours, theirs = facts_of(a, variants), facts_of(b, variants)
    return [row for part in ours for row in _of_part(part, ours[part], theirs[part])]


def _of_part(part: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for fact in dict.fromkeys([*a, *b]):
        if a.get(fact) != b.get(fact):
            yield {"part": part, "fact": fact, "a": a.get(fact), "b": b.get(fact)}


def told(rows: Collection[Mapping[str, Any]]) -> str:
    """In one sentence's worth of words."""
    shown = [f"{row['part']}, {row['fact']}: {row['a']} and {row['b']}" for row in rows]
    return "; ".join(shown[:_SHOWN]) + (f"; and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")
