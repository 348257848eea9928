"""Maintenance: what each job took and gave back on each variant, and how sends fared beside it."""

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from reports.picture import draw
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, duration, size, spoken

_SECOND_US = 1_000_000
_BEHIND_US = 250_000


def build(run: StoredRun) -> Section | None:
    entries = run.summary.get("maintenance") or []
    if not entries:
        return None
    done = [entry for entry in entries if entry.get("duration_s") is not None]
    body = fill(
        "sections/maintenance.html.j2",
        jobs=table(pd.DataFrame([_job(entry) for entry in done]), "What each job took"),
        sends=table(pd.DataFrame([_sends(entry) for entry in done]), "Sends: just before the job → beside it"),
        verdict=_verdict(entries),
        behind=[(e["variant"], spoken(e["job"])) for e in done if _was_behind(e)],
        not_done=[(e["variant"], spoken(e["job"]), e["skipped"]) for e in entries if e.get("skipped")],
        failed=[(e["variant"], spoken(e["job"]), e["failed"]) for e in entries if e.get("failed")],
        steps=[(e["variant"], spoken(e["job"]), _steps(e), _details(e)) for e in done if e["steps"] or e["details"]],
        pictures=[_picture(trial) for trial in run.valid_trials if trial.get("maintenance")],
    )
    return Section(anchor="maintenance", title="Maintenance", body=body)


def _was_behind(entry: Json) -> bool:
    """Sends were already queueing before the job: what the queue did to them hides what the job did."""
    return (entry["quiet"]["p50_us"] or 0) > _BEHIND_US


def _job(entry: Json) -> dict[str, str]:
    return {
        "job": spoken(entry["job"]),
        "variant": entry["variant"],
        "way": spoken(entry["option"]) if entry["option"] else MISSING,
        "duration": duration(entry["duration_s"] * _SECOND_US),
        "rows": amount(entry["rows"]),
        "WAL beyond the sends'": size(entry["wal_bytes_beyond_sends"]),
        "database before": size(entry["database_bytes_before"]),
        "after": size(entry["database_bytes_after"]),
        "given back": _signed(entry["given_back_bytes"]),
        "restored equal": {True: "yes", False: "NO", None: MISSING}[entry["verified"]],
    }


def _signed(count: int) -> str:
    return size(count) if count >= 0 else f"−{size(-count)}"


def _sends(entry: Json) -> dict[str, str]:
    quiet, during = entry["quiet"], entry["during"]
    beside = {
        "p50": ("p50_us", duration),
        "p99": ("p99_us", duration),
        "longest": ("max_us", duration),
        "longest gap": ("longest_gap_us", duration),
        "sends": ("count", amount),
        "failed": ("failed", amount),
    }
    cells = {name: f"{say(quiet[key])} → {say(during[key])}" for name, (key, say) in beside.items()}
    return {"job": spoken(entry["job"]), "variant": entry["variant"], **cells}


def _steps(entry: Json) -> str:
    return ", ".join(f"{step['step']} {duration(step['duration_s'] * _SECOND_US)}" for step in entry["steps"])


def _details(entry: Json) -> str:
    return ", ".join(said for key, value in entry["details"].items() if (said := _detail(key, value)))


def _detail(key: str, value: object) -> str | None:
    if isinstance(value, list):
        return "; ".join(map(str, value)) or None
    if not isinstance(value, int | float):
        return f"{spoken(key)} {value}"
    if key.endswith("_bytes"):
        return f"{spoken(key.removesuffix('_bytes'))} {size(value)}"
    return f"{spoken(key.removesuffix('_us'))} {duration(value) if key.endswith('_us') else amount(value)}"


def _verdict(entries: list[Json]) -> str:
    restored = [entry for entry in entries if entry.get("verified") is not None]
    broken = [entry for entry in restored if not entry["verified"]]
    if not restored:
        return "Nothing was restored."
    if broken:
        named = ", ".join(f"{spoken(entry['job'])} of {entry['variant']}" for entry in broken)
        return f"{len(broken)} of {len(restored)} restores brought back something else: {named}."
    return f"All {len(restored)} restores brought back exactly what was saved."


def _picture(trial: Json) -> Markup:
    sends = trial["maintenance"]["sends"]
    done = [job for job in trial["maintenance"]["jobs"] if job.get("duration_s") is not None]
    alternative = f"Response time of every send on {trial['variant']}, with {len(done)} jobs shaded"
    with draw(f"maintenance-{trial['trial']}-{trial['variant']}", alternative, width=11, height=3.4) as canvas:
        axes = canvas.axes
        worst = list(_worst(sends))
        axes.plot([at for at, _ in worst], [ms for _, ms in worst], color="#222222", linewidth=0.8)
        axes.set_yscale("log")
        axes.set_ylabel("slowest send in 100 ms, ms")
        axes.set_xlabel(f"seconds, {trial['variant']}")
        for number, job in enumerate(done):
            begun, ended = job["begun_s"], job["begun_s"] + job["duration_s"]
            axes.axvspan(begun, ended, color="#d55e00", alpha=0.18, linewidth=0)
            axes.text(
                *((begun + ended) / 2, 1.02 + 0.06 * (number % 3), spoken(job["job"])),
                transform=axes.get_xaxis_transform(),
                ha="center",
                fontsize=7.5,
                color="#55554f",
            )
    return canvas.svg


def _worst(sends: Json) -> Iterator[tuple[float, float]]:
    """(seconds, ms) of the slowest send that was due in each tenth of a second."""
    frame = pd.DataFrame({"tenth": [at // 100 for at in sends["at_ms"]], "us": sends["response_us"]})
    for tenth, us in frame.groupby("tenth")["us"].max().items():
        yield float(str(tenth)) / 10, us / 1000
