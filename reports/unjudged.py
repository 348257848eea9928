"""Unjudged: what a run without a compared load says, in a sentence or two: sweeps, maintenance, deliveries."""

from collections.abc import Iterator

from reports.stored_run import Json, StoredRun
from reports.wording import amount, duration, listed, spoken


def unjudged(run: StoredRun) -> str | None:
    """None where the run holds none of these."""
    told = [*_swept(run), *_maintained(run)]
    return " ".join(told) or None


def _swept(run: StoredRun) -> Iterator[str]:
    for name in dict.fromkeys(sweep["sweep"] for sweep in run.sweeps):
        sweeps = [sweep for sweep in run.sweeps if sweep["sweep"] == name]
        lanes = listed([sweep["lane"] for sweep in sweeps], most=6)
        yield f"{spoken(name).capitalize()} was swept on {lanes}; counted work is told, nothing is judged."
        yield from _largest(sweeps)


def _largest(sweeps: list[Json]) -> Iterator[str]:
    """Blocks of each operation at the largest size that every lane reached."""
    points = {sweep["lane"]: [p for p in sweep["points"] if p.get("blocks_per_call") is not None] for sweep in sweeps}
    axis = sweeps[0]["axis"]
    for operation in dict.fromkeys(point["operation"] for found in points.values() for point in found):
        by_lane = {
            lane: {p["size"]: p["blocks_per_call"] for p in found if p["operation"] == operation}
            for lane, found in points.items()
        }
        sizes = set.intersection(*(set(found) for found in by_lane.values()))
        if sizes and max(sizes) > 0:
            size = max(sizes)
            told = listed([f"{amount(found[size])} on {lane}" for lane, found in by_lane.items()], most=6)
            yield f"At {axis} {amount(size)}, {spoken(operation)} touches {told} blocks a call."


def _maintained(run: StoredRun) -> Iterator[str]:
    entries = run.summary.get("maintenance") or []
    done = [entry for entry in entries if entry.get("duration_s") is not None]
    if not done:
        return
    variants = list(dict.fromkeys(entry["variant"] for entry in done))
    slowest = max(done, key=lambda entry: entry["duration_s"])
    yield (
        f"Maintenance was done on {listed(variants, most=6)} while users went on sending; the longest job was "
        f"{spoken(slowest['job'])} on {slowest['variant']}, {duration(slowest['duration_s'] * 1e6)}."
    )
    failed = [f"{spoken(entry['job'])} on {entry['variant']}" for entry in entries if entry.get("failed")]
    if failed:
        yield f"Failed: {listed(failed)}."
