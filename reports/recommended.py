"""Recommended: the summary's recommendation in one or two sentences, with the mix that weighs it."""

from collections.abc import Sequence

from reports.stored_run import Json, StoredRun
from reports.wording import listed, percent, ratio, spoken

#: What is weighed, in the words of a sentence.
METRICS = {
    "response_p50_us": "median response time",
    "response_p99_us": "99th percentile of response time",
    "service_p50_us": "median service time",
    "exec_us_per_call": "execution time in the database",
    "blocks_per_call": "number of blocks touched",
    "wal_bytes_per_call": "WAL",
}


def recommended(run: StoredRun) -> str | None:
    """None where nothing was weighed."""
    found = run.summary.get("recommendation")
    if not found:
        return None
    if found["answer"] == "take":
        return _take(run, found)
    return _keep(run, found) if found["answer"] == "keep" else _open(run, found)


def _take(run: StoredRun, found: Json) -> str:
    name, cost = found["take"], _cost(run, found["take"], "all")
    interval = f"{ratio(cost['ratio'])} ({ratio(cost['ratio_low'])} to {ratio(cost['ratio_high'])})"
    said = (
        f"Take {name} instead of {found['baseline']}{_gaps(run, name)}: {_under(run)}, "
        f"{_metric(cost)} of a mean call is {interval}{_parts(run, name)}."
    )
    more = []
    if found["alike"]:
        more.append(f"not told apart from it: {_with_gaps(run, found['alike'])}")
    if found["price"]:
        more.append(f"its price is {_at(found['price'])}")
    return f"{said} {_sentence(more)}" if more else said


def _keep(run: StoredRun, found: Json) -> str:
    said = f"Keep {found['baseline']}: {_under(run)}, no candidate is better"
    told = []
    if found["worse"]:
        told.append(f"{_ratios(run, found['worse'])} {'is' if len(found['worse']) == 1 else 'are'} worse")
    if found["equivalent"]:
        names = listed(found["equivalent"])
        told.append(f"{names} {'is' if len(found['equivalent']) == 1 else 'are'} equivalent")
    return f"{said}. {_sentence(told)}" if told else f"{said}."


def _open(run: StoredRun, found: Json) -> str:
    rows = [_cost(run, name, "all") for name in found["unresolved"]]
    needed = [row["rounds_needed"] for row in rows if row["rounds_needed"]]
    told = [f"{_ratios(run, found['unresolved'])} {'stays' if len(rows) == 1 else 'stay'} unresolved"]
    if found["worse"]:
        told.append(f"{_ratios(run, found['worse'])} {'is' if len(found['worse']) == 1 else 'are'} worse")
    more = f"About {max(needed):,} rounds would probably settle it." if needed else "More rounds are needed."
    return f"No recommendation yet: {_under(run)}, {'; '.join(told)}. {more}"


def _under(run: StoredRun) -> str:
    mix = run.summary["mix"]
    for kind, other in (("reads", "writes"), ("writes", "reads")):
        if not mix[other]:
            return f"under this run's load, {kind} only"
    return f"under this run's mix of {percent(mix['read_share'])} reads and {percent(mix['write_share'])} writes"


def _metric(cost: Json) -> str:
    return f"the {METRICS.get(cost['metric'], spoken(cost['metric']))}"


def _parts(run: StoredRun, name: str) -> str:
    """Reads and writes apart, where both were weighed."""
    told = [(kind, cost) for kind in ("read", "write") if (cost := _cost(run, name, kind))]
    if len(told) < 2:  # noqa: PLR2004 - there are two kinds
        return ""
    return "; " + ", ".join(f"{kind}s {ratio(cost['ratio'])} ({cost['verdict']})" for kind, cost in told)


def _cost(run: StoredRun, name: str, kind: str) -> Json:
    rows: Sequence[Json] = run.summary["weighed"]
    return next((row for row in rows if (row["candidate"], row["kind"]) == (name, kind)), {})


def _ratios(run: StoredRun, names: Sequence[str]) -> str:
    return listed([f"{name} ({ratio(_cost(run, name, 'all')['ratio'])})" for name in names])


def _at(price: Sequence[Json]) -> str:
    return listed([f"{spoken(one['operation'])} {ratio(one['ratio'])}" for one in price])


def gaps_of(run: StoredRun, lane: str) -> list[str]:
    """The guarantees that a variant gives up and the baseline does not."""
    variants = run.summary["variants"]
    ours, theirs = ((variants.get(name) or {}).get("known_gaps") or [] for name in (run.baseline, lane))
    return [gap for gap in theirs if gap not in ours]


def different_guarantees(run: StoredRun) -> set[str]:
    """Lanes whose guarantees are not the baseline's: they give up some, or keep some that it gives up."""
    variants = run.summary["variants"]
    ours = set((variants.get(run.baseline) or {}).get("known_gaps") or [])
    return {lane for lane in variants if set(variants[lane].get("known_gaps") or []) != ours}


def _gaps(run: StoredRun, name: str) -> str:
    gaps = gaps_of(run, name)
    return f", a different guarantee ({listed([spoken(gap) for gap in gaps])})" if gaps else ""


def _with_gaps(run: StoredRun, names: Sequence[str]) -> str:
    return listed([name + _gaps(run, name) for name in names])


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    starts_with_ours = parts[0].startswith(("not told", "its price"))
    return f"{text[0].upper()}{text[1:]}." if starts_with_ours else f"{text}."
