"""Unjudged: what a run without a compared load says, in a sentence or two: sweeps, maintenance, deliveries."""

from collections.abc import Iterator

from reports.stored_run import Json, StoredRun
from reports.wording import amount, duration, listed, spoken

#: A difference of counted blocks under this share is none worth a sentence.
NOTABLE = 0.1


def unjudged(run: StoredRun) -> str | None:
    """None where the run holds none of these."""
    told = [*_swept(run), *_maintained(run)]
    return " ".join(told) or None


def _swept(run: StoredRun) -> Iterator[str]:
    names = list(dict.fromkeys(sweep["sweep"] for sweep in run.sweeps))
    if not names:
        return
    lanes = list(dict.fromkeys(sweep["lane"] for sweep in run.sweeps))
    differing = [told for name in names for told in _largest([s for s in run.sweeps if s["sweep"] == name])]
    yield f"Counted, not judged: {listed([spoken(name) for name in names], most=9)} on {listed(lanes, most=4)}."
    if len(lanes) > 1:
        yield " ".join(differing) or "At the largest sizes they touch as many blocks as each other, within 10 %."


def _largest(sweeps: list[Json]) -> Iterator[str]:
    """Blocks of each operation at the largest size that every lane reached, where lanes differ."""
    points = {sweep["lane"]: [p for p in sweep["points"] if p.get("blocks_per_call") is not None] for sweep in sweeps}
    axis = sweeps[0]["axis"]
    for operation in dict.fromkeys(point["operation"] for found in points.values() for point in found):
        by_lane = {
            lane: {p["size"]: p["blocks_per_call"] for p in found if p["operation"] == operation}
            for lane, found in points.items()
        }
        sizes = set.intersection(*(set(found) for found in by_lane.values()))
        blocks = {lane: found[max(sizes)] for lane, found in by_lane.items()} if sizes else {}
        if sizes and max(sizes) > 0 and max(blocks.values()) > (1 + NOTABLE) * min(blocks.values()):
            told = listed([f"{amount(count)} on {lane}" for lane, count in blocks.items()], most=4)
            yield f"At {amount(max(sizes))} {axis}, blocks per call of {spoken(operation)}: {told}."


def _maintained(run: StoredRun) -> Iterator[str]:
    entries = run.summary.get("maintenance") or []
    done = [entry for entry in entries if entry.get("duration_s") is not None]
    if not done:
        return
    variants = list(dict.fromkeys(entry["variant"] for entry in done))
    slowest = max(done, key=lambda entry: entry["duration_s"])
    yield (
        f"Maintenance was done on {listed(variants, most=4)} while users went on sending; the longest job was "
        f"{spoken(slowest['job'])} on {slowest['variant']}, {duration(slowest['duration_s'] * 1e6)}."
    )
    failed = [f"{spoken(entry['job'])} on {entry['variant']}" for entry in entries if entry.get("failed")]
    if failed:
        yield f"Failed: {listed(failed)}."
