"""The conclusion: the recommendation, what the findings say, and what to keep in mind."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.judging.limited import LIMITED
from harness.rounds import AGAIN
from reports.recommended import gaps_of, recommended
from reports.stored_run import Json, StoredRun
from reports.unjudged import unjudged
from reports.wording import listed, ratio, spoken

#: What is gained at one operation does not excuse a loss this many times as large at another.
DOMINANT = 2.0
#: Candidates that a sentence names; the others it counts.
_MOST = 3


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
    changes = [_change(name, [f for f in judged if f["candidate"] == name]) for name in candidates]
    said = [_by_operation(changes), _rest(judged), _by_blocks(run, candidates), beside]
    lead, *detail = [sentence for sentence in (recommended(run), *said) if sentence]
    return Conclusion(lead=lead, detail=" ".join(detail), warnings=warnings)


def _nothing(run: StoredRun, primary: Sequence[Json]) -> str:
    barred = {f["candidate"] for f in primary if f.get("disqualified")}
    if barred and all(f["candidate"] in barred or f["candidate"].endswith(AGAIN) for f in primary):
        return "Every candidate is disqualified: they answer otherwise than the baseline, so nothing is compared."
    if not run.summary["experiment"]["candidates"]:
        return "Nothing was compared: the run has one variant. Its own figures are below."
    return "Nothing was compared: no candidate has two valid rounds."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What was shown of one candidate, the largest first."""

    candidate: str
    better: Sequence[Json]
    worse: Sequence[Json]

    @property
    def size(self) -> float:
        """The largest, as a log ratio; 0 where nothing was shown."""
        return max((abs(math.log(f["ratio"])) for f in (*self.better, *self.worse)), default=0.0)

    @property
    def is_plainly_worse(self) -> bool:
        return bool(self.worse) and (not self.better or self.worse[0]["ratio"] > DOMINANT / self.better[0]["ratio"])


def _by_operation(changes: Sequence[_Change]) -> str:
    """What is plainly worse first, and then what changed most."""
    told_of = [change for change in changes if change.better or change.is_plainly_worse]
    if not told_of:
        return "By itself, no operation of any candidate was shown to be better or worse."
    ranked = sorted(told_of, key=lambda change: (not change.is_plainly_worse, -change.size))
    told = [_told(change) for change in ranked[:_MOST]]
    for is_worse, word in ((True, "plainly worse"), (False, "better at some operation")):
        if count := sum(change.is_plainly_worse is is_worse for change in ranked[_MOST:]):
            told.append(f"{count} more {'is' if count == 1 else 'are'} {word}")
    return f"Operation by operation: {'; '.join(told)}."


def _told(change: _Change) -> str:
    if change.is_plainly_worse:
        beside = f", though better at {_named(change.better)}" if change.better else ""
        return f"{change.candidate} is plainly worse: {_named(change.worse)}{beside}"
    but = f" but worse at {_named(change.worse)}" if change.worse else ""
    return f"{change.candidate} is better at {_named(change.better)}{but}"


def _by_blocks(run: StoredRun, candidates: Sequence[str]) -> str | None:
    """Blocks per call hardly vary from run to run: they tell lanes apart where milliseconds cannot."""
    findings = [f for f in run.summary["findings"] if f["metric"] == "blocks_per_call" and not f["primary"]]
    changes = [_change(name, [f for f in findings if f["candidate"] == name]) for name in candidates]
    ranked = sorted((c for c in changes if c.size), key=lambda c: -c.size)
    if not ranked:
        return None
    told = [_blocks(change) for change in ranked[:_MOST]]
    if rest := len(ranked) - len(told):
        told.append(f"{rest} more {'differs' if rest == 1 else 'differ'} too")
    return f"Blocks touched per call, by the database's own count: {'; '.join(told)}."


def _blocks(change: _Change) -> str:
    parts = (("more", change.worse), ("fewer", change.better))
    return f"{change.candidate} {' and '.join(f'{word} at {_named(found)}' for word, found in parts if found)}"


def _change(candidate: str, findings: Sequence[Json]) -> _Change:
    return _Change(
        candidate=candidate,
        better=sorted(_with(findings, "better"), key=lambda f: f["ratio"]),
        worse=sorted(_with(findings, "worse"), key=lambda f: -f["ratio"]),
    )


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
        found.append("The run has not finished: it speaks of the trials that ended, and --resume goes on with it.")
    found += _other_guarantees(run)
    warnings = run.summary.get("warnings") or ()
    if limits := [one["text"] for one in warnings if one["kind"] == LIMITED]:
        found.append(f"{_limited(limits)}; Environment says what is missing for it.")
    seen = len(warnings) - len(limits)
    if seen:
        found.append(
            f"{seen} {'thing' if seen == 1 else 'things'} stood out among the rounds; see Rounds in time order."
        )
    return found


def _limited(limits: Sequence[str]) -> str:
    """Each says whose, what, and then why."""
    return f"Your PostgreSQL keeps back {listed([text.split(': ')[1] for text in limits])}"


def _other_guarantees(run: StoredRun) -> Iterator[str]:
    """A sentence for each set of gaps, whoever has it."""
    by_gaps: dict[tuple[str, ...], list[str]] = {}
    for name in run.summary["experiment"]["candidates"]:
        by_gaps.setdefault(tuple(gaps_of(run, name)), []).append(name)
    for gaps, names in by_gaps.items():
        if gaps:
            verb = "gives" if len(names) == 1 else "give"
            yield f"{listed(names)} {verb} a different guarantee: {listed(list(gaps))}."
    for keeping, given_up in _gaps_of_baseline(run).items():
        verb = "keeps" if len(keeping) == 1 else "keep"
        yield f"{run.baseline} gives up what {listed(list(keeping))} {verb}: {listed(given_up)}."


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
