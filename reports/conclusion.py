"""The conclusion: the recommendation, what the findings say, and what to keep in mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.rounds import AGAIN
from reports.recommended import gaps_of, recommended
from reports.stored_run import Json, StoredRun
from reports.unjudged import unjudged
from reports.wording import listed, ratio, spoken

#: What is gained at one operation does not excuse a loss this many times as large at another.
DOMINANT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What stands at the top of the page."""

    #: The recommendation, or what else the run says: one or two sentences.
    lead: str
    #: Operation by operation, in a few sentences; may be empty.
    detail: str
    #: What to keep in mind while believing them.
    warnings: list[str]


def conclude(run: StoredRun) -> Conclusion:
    """The recommendation first, then the primary findings; blocks say what milliseconds leave open."""
    primary = [f for f in run.summary["findings"] if f["primary"]]
    judged = [f for f in primary if not f["candidate"].endswith(AGAIN) and not f.get("disqualified")]
    warnings, beside = _warnings(run, primary), unjudged(run)
    if not any(f["ratio"] is not None for f in judged):
        lead = beside or _nothing(run, primary)
        return Conclusion(lead=lead, detail="", warnings=warnings)
    candidates = list(dict.fromkeys(f["candidate"] for f in judged))
    told = [_told(name, [f for f in judged if f["candidate"] == name]) for name in candidates]
    changes = "; ".join(sorted((t for t in told if t), key=lambda t: "plainly worse" not in t))
    first = (
        f"Operation by operation: {changes}."
        if changes
        else "By itself, no operation of any candidate was shown to be better or worse."
    )
    said = [first, _rest(judged), _by_blocks(run, candidates), beside]
    lead, *detail = [sentence for sentence in (recommended(run), *said) if sentence]
    return Conclusion(lead=lead, detail=" ".join(detail), warnings=warnings)


def _nothing(run: StoredRun, primary: Sequence[Json]) -> str:
    barred = {f["candidate"] for f in primary if f.get("disqualified")}
    if barred and all(f["candidate"] in barred or f["candidate"].endswith(AGAIN) for f in primary):
        return "Every candidate is disqualified: they answer otherwise than the baseline, so nothing is compared."
    if not run.summary["experiment"]["candidates"]:
        return "Nothing was compared: the run has one variant. Its own figures are below."
    return "Nothing was compared: no candidate has two valid rounds."


def _by_blocks(run: StoredRun, candidates: Sequence[str]) -> str | None:
    """Blocks per call hardly vary from run to run: they tell lanes apart where milliseconds cannot."""
    findings = [f for f in run.summary["findings"] if f["metric"] == "blocks_per_call" and not f["primary"]]
    told = []
    for name in candidates:
        own = [f for f in findings if f["candidate"] == name]
        more, fewer = _with(own, "worse"), _with(own, "better")
        parts = []
        if more:
            parts.append(f"more at {_named(sorted(more, key=lambda f: -f['ratio']))}")
        if fewer:
            parts.append(f"fewer at {_named(sorted(fewer, key=lambda f: f['ratio']))}")
        if parts:
            told.append(f"{name} {' and '.join(parts)}")
    return f"Blocks touched per call, by the database's own count: {'; '.join(told)}." if told else None


def _told(candidate: str, findings: Sequence[Json]) -> str | None:
    better = sorted(_with(findings, "better"), key=lambda f: f["ratio"])
    worse = sorted(_with(findings, "worse"), key=lambda f: -f["ratio"])
    if worse and (not better or worse[0]["ratio"] > DOMINANT / better[0]["ratio"]):
        beside = f", though better at {_named(better)}" if better else ""
        return f"{candidate} is plainly worse: {_named(worse)}{beside}"
    if better:
        return f"{candidate} is better at {_named(better)}" + (f" but worse at {_named(worse)}" if worse else "")
    return None


def _rest(findings: Sequence[Json]) -> str:
    equal, open_ = _with(findings, "equivalent"), _with(findings, "unresolved")
    said = f"{len(equal)} of {len(findings)} comparisons {'is' if len(equal) == 1 else 'are'} equivalent"
    if not open_:
        return f"{said} and none stays unresolved."
    names = list(dict.fromkeys(spoken(f["operation"]) for f in open_))
    return f"{said}; {len(open_)} {'stays' if len(open_) == 1 else 'stay'} unresolved ({listed(names)})."


def _named(findings: Sequence[Json]) -> str:
    return listed([f"{spoken(f['operation'])} ({ratio(f['ratio'])})" for f in findings])


def _with(findings: Sequence[Json], verdict: str) -> list[Any]:
    return [f for f in findings if f["verdict"] == verdict]


def _warnings(run: StoredRun, primary: Sequence[Json]) -> list[str]:
    again = [f for f in primary if f["candidate"].endswith(AGAIN)]
    failed = [spoken(f["operation"]) for f in again if f["verdict"] in ("better", "worse")]
    found = []
    if failed:
        found.append(
            f"The baseline differs from itself at {listed(failed)}: noise passed for a change there, "
            "so treat verdicts on it with care and run more rounds."
        )
    disqualified = (run.summary.get("answers") or {}).get("disqualified") or {}
    found += [
        f"{lane} is disqualified and not judged: {why}. No known gap declares that, so its figures say nothing."
        for lane, why in disqualified.items()
    ]
    voided, trials = len(run.summary["voided"]), len(run.summary["trials"])
    if voided:
        verb = "is" if voided == 1 else "are"
        found.append(
            f"{voided} of {trials} trials {verb} void and left out, with the pairs that needed them; see Trials."
        )
    status = run.manifest.get("status")
    if status not in (None, "finished", "complete", "done"):
        found.append(f"The run is {status}: it speaks of the trials that ended.")
    candidates = run.summary["experiment"]["candidates"]
    found += [
        f"{name} gives a different guarantee: {listed(gaps)}." for name in candidates if (gaps := gaps_of(run, name))
    ]
    found += [
        f"{run.baseline} gives up what {listed(list(names))} {'keeps' if len(names) == 1 else 'keep'}: {listed(gaps)}."
        for names, gaps in _gaps_of_baseline(run).items()
    ]
    seen = len(run.summary.get("warnings") or ())
    if seen:
        found.append(
            f"{seen} {'thing' if seen == 1 else 'things'} stood out among the rounds; see Rounds in time order."
        )
    return found


def _gaps_of_baseline(run: StoredRun) -> dict[tuple[str, ...], list[str]]:
    """Candidates → the baseline's gaps that none of them has."""
    variants = run.summary["variants"]
    found: dict[tuple[str, ...], list[str]] = {}
    for gap in (variants.get(run.baseline) or {}).get("known_gaps") or []:
        candidates = run.summary["experiment"]["candidates"]
        without = tuple(c for c in candidates if gap not in ((variants.get(c) or {}).get("known_gaps") or []))
        if without:
            found.setdefault(without, []).append(gap)
    return found
