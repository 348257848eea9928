"""Cautions: what a reader should know of the rounds before believing a verdict: drift, contamination, imbalance."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from harness.figure import ratio_figure
from harness.judging.comparison import Comparison
from harness.judging.metrics import Trial
from harness.judging.round_values import Deviation, RoundTable, deviations
from harness.statistics.balance import OrderBalance
from harness.statistics.drift import SerialCorrelation, Trend, serial_correlation_of, trend_of
from harness.statistics.estimate import ALPHA, holm

#: Share of the window's CPU time that a hypervisor gave to others from which a trial is called disturbed.
MAX_STEAL_SHARE = 0.02
#: Share of all cores that processes outside the trial used from which a trial is called disturbed.
MAX_OTHERS_SHARE = 0.2
#: Runnable processes for each core, averaged over the minute before the window's end, from which there was a queue.
MAX_LOAD_PER_CORE = 3.0
#: Robust z from which one operation's value is an outlier: few rounds tell their own spread badly, and dozens of tables
#: are looked at (simulated without outliers, a table of 5 lanes × 6 rounds exceeds it in about 1 %).
OUTLIER_Z = 10.0
#: The same for the median over at least three operations of a trial, which noise of one operation does not move.
TRIAL_Z, FEWEST_OPERATIONS = 3.0, 3
_SHOWN = 3
Warning_ = dict[str, Any]
_Cell = tuple[RoundTable, Deviation]


def drift_rows(every: Sequence[Comparison], primary: set[str]) -> list[dict[str, Any]]:
    """Trend and serial correlation of each primary comparison's paired differences, Holm-corrected together."""
    rows = [
        _drift_row(c, trend, serial_correlation_of(c.logs))
        for c in every
        if c.logs is not None and c.is_carried and c.metric.name in primary and (trend := trend_of(c.logs))
    ]
    _correct(rows, "trend_p", "trend_p_adjusted")
    _correct([row for row in rows if row["lag1_p"] is not None], "lag1_p", "lag1_p_adjusted")
    return rows


def _drift_row(comparison: Comparison, trend: Trend, serial: SerialCorrelation | None) -> dict[str, Any]:
    scenario, target, operation, metric = comparison.subject
    return {
        "scenario": scenario,
        "target": target,
        "operation": operation,
        "metric": metric,
        "baseline": comparison.baseline,
        "candidate": comparison.candidate,
        "rounds": comparison.paired_rounds,
        "slope_per_round": trend.slope_per_round,
        "trend_p": trend.p_value,
        "trend_p_adjusted": None,
        "lag1": serial and serial.lag1,
        "lag1_p": serial and serial.p_value,
        "lag1_p_adjusted": None,
    }


def _correct(rows: Sequence[dict[str, Any]], source: str, target: str) -> None:
    for row, p in zip(rows, holm([row[source] for row in rows]), strict=True):
        row[target] = p


def warnings_of(
    *,
    trials: Sequence[Trial],
    tables: Iterable[RoundTable],
    drift: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    balance: OrderBalance | None,
    cores: int | None,
) -> list[Warning_]:
    """Everything worth a look, each with its kind, where it was seen, and a sentence."""
    valid = [trial for trial in trials if not trial.get("void")]
    return [
        *_order(balance),
        *(warning for trial in valid for warning in _disturbed(trial, cores)),
        *_standing_out(tables),
        *(warning for row in drift for warning in _drifting(row)),
        *(_disagreeing(finding) for finding in findings if finding["primary"] and finding["tests_disagree"]),
    ]


def _order(balance: OrderBalance | None) -> Iterator[Warning_]:
    if balance and (balance.mean_position_gap or balance.follower_gap or balance.position_gap):
        yield {"kind": "order", "text": f"{balance.design} over {balance.rounds} rounds: {balance.statement}"}


def _disturbed(trial: Trial, cores: int | None) -> Iterator[Warning_]:
    """What happened in the window that is no lane's doing. Checkpoints void a trial unless it was remote or allowed."""
    evidence, machine = trial.get("evidence") or {}, trial.get("machine") or {}
    where = {key: trial.get(key) for key in ("trial", "round", "lane", "scenario")}
    named = f"round {trial['round']}, {trial['lane']}"
    if evidence.get("checkpoints"):
        yield where | {"kind": "checkpoint", "text": f"{named}: {evidence['checkpoints']} checkpoint(s) in the window"}
    if evidence.get("autovacuums"):
        yield where | {"kind": "autovacuum", "text": f"{named}: {evidence['autovacuums']} autovacuum(s) in the window"}
    steal, load = machine.get("steal_share"), machine.get("load_average")
    if steal is not None and steal > MAX_STEAL_SHARE:
        yield where | {"kind": "steal", "text": f"{named}: {steal:.1%} of the CPU time went to other machines"}
    others = machine.get("others_cpu_share")
    if others is not None and others > MAX_OTHERS_SHARE:
        yield where | {"kind": "others", "text": f"{named}: other processes used {others:.0%} of the machine's CPU"}
    if load is not None and cores and load > MAX_LOAD_PER_CORE * cores:
        yield where | {"kind": "load", "text": f"{named}: load average {load:.1f} on {cores} cores"}


def _standing_out(tables: Iterable[RoundTable]) -> Iterator[Warning_]:
    """One warning for each lane and round, with its operations; a round that is slow in all lanes cancels in pairs."""
    found: dict[tuple[str, int, str | None], list[_Cell]] = defaultdict(list)
    for table in tables:
        for one in deviations(table):
            found[table.scenario, one.round, one.lane].append((table, one))
    for (scenario, number, lane), cells in found.items():
        odd = _odd(cells)
        if odd:
            kind, who = ("outlier", lane) if lane else ("odd_round", "all lanes together")
            more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
            said = ", ".join(f"{t.operation} {t.metric} ×{ratio_figure(one.ratio)}" for t, one in odd[:_SHOWN]) + more
            where = {"scenario": scenario, "round": number, "lane": lane, "operations": [t.operation for t, _ in odd]}
            yield where | {"kind": kind, "text": f"round {number}, {who}: {said} of what the other rounds say"}


def _odd(cells: Sequence[_Cell]) -> list[_Cell]:
    """What makes a trial or round odd: all operations where most of them moved; else the extreme ones."""
    furthest = sorted(cells, key=lambda cell: -abs(cell[1].z))
    if len(cells) >= FEWEST_OPERATIONS and abs(median(one.z for _, one in cells)) > TRIAL_Z:
        return furthest
    return [cell for cell in furthest if abs(cell[1].z) > OUTLIER_Z]


def _drifting(row: Mapping[str, Any]) -> Iterator[Warning_]:
    where = {key: row[key] for key in ("scenario", "operation", "metric")} | {"lane": row["candidate"]}
    named = f"{row['operation']}, {row['candidate']} ÷ {row['baseline']}"
    if row["trend_p_adjusted"] < ALPHA:
        text = f"{named}: the ratio moves by {row['slope_per_round']:+,.1%} a round (p {row['trend_p_adjusted']:.3f})"
        yield where | {"kind": "drift", "text": f"{text}; its mean depends on when the run was"}
    if row["lag1_p_adjusted"] is not None and row["lag1_p_adjusted"] < ALPHA:
        text = f"{named}: neighbouring rounds resemble each other (lag-1 correlation {row['lag1']:.2f})"
        yield where | {"kind": "serial_correlation", "text": f"{text}; its interval is too narrow"}


def _disagreeing(finding: Mapping[str, Any]) -> Warning_:
    where = {key: finding[key] for key in ("scenario", "operation", "metric")} | {"lane": finding["candidate"]}
    return where | {
        "kind": "tests_disagree",
        "text": f"{finding['operation']}, {finding['candidate']}: Student's t says p = {finding['p_value']:.3f}, "
        f"flipping signs {finding['sign_flip_p']:.3f}; a few rounds decide, look at them",
    }
