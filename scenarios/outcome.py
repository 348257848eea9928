"""The outcome of one process's window, and the outcome of many as one."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from scenarios.histograms import merge

#: Plain data in the form of trials.jsonl: operations, seconds, traces, deliveries, generator.
Outcome = dict[str, Any]
#: Name → its counters.
Counts = dict[str, dict[str, int]]


def merge_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """Histograms and counts are added; nothing is averaged but shares of a whole, by their weight."""
    if len(outcomes) == 1:
        return outcomes[0]
    return {
        "processes": sum(outcome["processes"] for outcome in outcomes),
        "operations": _merge_by_name([outcome["operations"] for outcome in outcomes], _merge_operation),
        "unrecorded": dict(sum((Counter(outcome["unrecorded"]) for outcome in outcomes), Counter())),
        "seconds": _merge_seconds([second for outcome in outcomes for second in outcome["seconds"]]),
        "traces": _merge_by_name([outcome["traces"] for outcome in outcomes], _merge_trace),
        "deliveries": _merge_deliveries([outcome["deliveries"] for outcome in outcomes if outcome["deliveries"]]),
        "own_writes": _merge_own_writes([found for outcome in outcomes if (found := outcome.get("own_writes"))]),
        "generator": _merge_generators([outcome["generator"] for outcome in outcomes]),
        "counted": _merge_by_name([outcome.get("counted") or {} for outcome in outcomes], _merge_counts),
    }


def counted_between(before: Counts, after: Counts) -> Counts:
    """What the target's own counters grew by; a replaced connection took its counts along, so none falls below 0."""
    grown = {
        name: {kind: max(0, count - before.get(name, {}).get(kind, 0)) for kind, count in kinds.items()}
        for name, kinds in after.items()
    }
    return {name: kinds for name, kinds in grown.items() if any(kinds.values())}


def _merge_counts(entries: Sequence[dict[str, int]]) -> dict[str, int]:
    return {
        kind: sum(entry.get(kind, 0) for entry in entries) for kind in {kind for entry in entries for kind in entry}
    }


def _merge_by_name(tables: Sequence[dict[str, Any]], merge_entries: Any) -> dict[str, Any]:
    names = sorted({name for table in tables for name in table})
    return {name: merge_entries([table[name] for table in tables if name in table]) for name in names}


def _merge_operation(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    count = sum(entry["count"] for entry in entries)
    response_sum = sum(entry["mean_response_us"] * entry["count"] for entry in entries if entry["count"])
    return {
        "count": count,
        "errors": sum(entry["errors"] for entry in entries),
        "error_kinds": dict(sum((Counter(entry["error_kinds"]) for entry in entries), Counter())),
        "response": merge(entry["response"] for entry in entries),
        "service": merge(entry["service"] for entry in entries),
        "lag": merge(entry["lag"] for entry in entries),
        "mean_response_us": response_sum / count if count else None,
    }


def _merge_trace(traces: Sequence[dict[str, list[int]]]) -> dict[str, list[int]]:
    return {key: [moment for trace in traces for moment in trace[key]] for key in traces[0]}


def _merge_seconds(seconds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers = sorted({second["second"] for second in seconds})
    return [
        {
            "second": number,
            "operations": _merge_by_name(
                [second["operations"] for second in seconds if second["second"] == number],
                lambda entries: {
                    "count": sum(entry["count"] for entry in entries),
                    "response": merge(entry["response"] for entry in entries),
                },
            ),
        }
        for number in numbers
    ]


def _merge_deliveries(deliveries: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not deliveries:
        return None
    counted = ("expected", "received", "lost", "duplicated", "late")
    return {name: sum(entry[name] for entry in deliveries) for name in counted} | {
        "latency": merge(entry["latency"] for entry in deliveries),
        "resumed": _merge_resumed([found for entry in deliveries if (found := entry.get("resumed"))]),
    }


def _merge_resumed(entries: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not entries:
        return None
    return {name: sum(entry[name] for entry in entries) for name in ("received", "repeated")} | {
        "latency": merge(entry["latency"] for entry in entries)
    }


def _merge_own_writes(entries: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not entries:
        return None
    return {name: sum(entry[name] for entry in entries) for name in ("looks", "misses", "never")} | {
        "shown_after": merge(entry["shown_after"] for entry in entries)
    }


def _merge_generators(generators: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """CPU adds up over processes; of lags the worst process speaks."""
    scheduled = sum(generator["scheduled"] for generator in generators)
    unstarted = sum(generator["unstarted"] for generator in generators)
    return {
        "scheduled": scheduled,
        "unstarted": unstarted,
        "achieved_rate_share": 1 - unstarted / scheduled if scheduled else None,
        "cpu_share": _worst(generators, "cpu_share"),
        "cpu_s": sum(generator["cpu_s"] for generator in generators),
        "loop_lag_p99_us": _worst(generators, "loop_lag_p99_us"),
        "send_lag_p99_us": _worst(generators, "send_lag_p99_us"),
        "window_s": max(generator["window_s"] for generator in generators),
    }


def _worst(generators: Sequence[dict[str, Any]], name: str) -> Any:
    return max((generator[name] for generator in generators if generator[name] is not None), default=None)
