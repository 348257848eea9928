"""Answers: what a run's findings say of a hypothesis: supported, refuted or unresolved, with figures and why."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from harness.figure import figure
from harness.hypotheses import TOLERANT, claimed_region
from harness.judging.metrics import metric_name
from harness.rounds import AGAIN
from harness.statistics.claim_p import claim_p
from harness.statistics.estimate import critical_t

Finding = Mapping[str, Any]
SUPPORTED, REFUTED, UNRESOLVED = "supported", "refuted", "unresolved"
#: What the database counts: where one of these moved too, it is named as the reason.
COUNTED = ("exec_us_per_call", "blocks_per_call", "wal_bytes_per_call")
_FIGURES = (
    *("scenario", "target", "operation", "metric", "unit", "baseline", "candidate", "baseline_value"),
    *("candidate_value", "ratio", "ratio_low", "ratio_high", "p_adjusted", "noise_floor", "verdict", "rounds"),
)


def answer(
    claim: Mapping[str, Any], findings: Sequence[Finding], *, dataset: str, lanes: Sequence[str], minimum_effect: float
) -> dict[str, Any]:
    """The answer to one stored claim.

    `findings` are those of its comparison: against the baseline, or against the lane that it names. With a direction, a
    part is supported when its whole interval lies in the claimed region, refuted when its whole interval lies outside.
    """
    concerned = _concerned(claim, findings)
    missing = _cannot(claim, concerned, dataset, lanes)
    given, why = missing or _given(claim, concerned, minimum_effect)
    reasons = _reasons(concerned, findings) if given != UNRESOLVED else []
    return {
        **{key: claim.get(key) for key in ("id", "claim", "source")},
        "answer": given,
        "why": "; ".join([why, *reasons]),
        "p_value": _p_value(claim, concerned, minimum_effect) if missing is None else None,
        "findings": [{key: finding.get(key) for key in _FIGURES} for finding in concerned],
    }


def _concerned(claim: Mapping[str, Any], findings: Sequence[Finding]) -> list[Finding]:
    wanted = {key: claim.get(key) for key in ("candidate", "operation", "scenario")}
    wanted["metric"] = metric_name(claim.get("metric") or "response_p50")
    return [
        finding
        for finding in findings
        if all(value is None or finding[key] == value for key, value in wanted.items())
        and (claim.get("candidate") or not finding["candidate"].endswith(AGAIN))
    ]


def _cannot(
    claim: Mapping[str, Any], concerned: Sequence[Finding], dataset: str, lanes: Sequence[str]
) -> tuple[str, str] | None:
    needed = claim.get("datasets") or ()
    if needed and dataset not in needed:
        return UNRESOLVED, f"needs the dataset {' or '.join(needed)}, this run has {dataset}"
    missing = [name for key in ("candidate", "against") if (name := claim.get(key)) and name not in lanes]
    if missing:
        return UNRESOLVED, f"this run has no lane {' and no lane '.join(missing)}"
    return None if concerned else (UNRESOLVED, "no finding: this run measured nothing that the claim names")


def _given(claim: Mapping[str, Any], concerned: Sequence[Finding], minimum_effect: float) -> tuple[str, str]:
    direction = claim.get("direction")
    if direction is None:
        expected = claim.get("supports") or "better"
        parts = [_by_verdict(finding, expected) for finding in concerned]
        wanted = f"expected {expected}"
        if UNRESOLVED in parts:
            return UNRESOLVED, _sentence(wanted, concerned, parts)
    else:
        by = _size(claim, minimum_effect)
        parts = [_by_region(finding, direction, by, len(concerned)) for finding in concerned]
        wanted = f"expected {direction.replace('_', ' ')}" + (f" by {figure(by)}" if by else "")
    if REFUTED in parts:
        return REFUTED, _sentence(wanted, concerned, parts)
    return (UNRESOLVED if UNRESOLVED in parts else SUPPORTED), _sentence(wanted, concerned, parts)


def _size(claim: Mapping[str, Any], minimum_effect: float) -> float:
    return float(claim.get("by") or (minimum_effect if claim["direction"] in TOLERANT else 0.0))


def _p_value(claim: Mapping[str, Any], concerned: Sequence[Finding], minimum_effect: float) -> float | None:
    """Of a claim with a direction; the verdicts behind other claims are corrected already."""
    if claim.get("direction") is None:
        return None
    return claim_p(concerned, claimed_region(claim["direction"], _size(claim, minimum_effect)))


def _by_verdict(finding: Finding, expected: str) -> str:
    if finding["verdict"] == UNRESOLVED:
        return UNRESOLVED
    return SUPPORTED if finding["verdict"] == expected else REFUTED


def _by_region(finding: Finding, direction: str, by: float, parts: int) -> str:
    """Support needs every part, so each at its own level; one part refutes, so there the level is shared among them."""
    if not finding["ratio"] or finding["p_adjusted"] is None:
        return UNRESOLVED
    least, most = claimed_region(direction, by)
    low, high = math.log(finding["ratio_low"]), math.log(finding["ratio_high"])
    if least <= low and high <= most:
        return UNRESOLVED if direction not in TOLERANT and _is_noise(finding) else SUPPORTED
    alpha, rounds = finding["alpha"], finding["rounds"]
    more = (high - low) / 2 * (critical_t(alpha / parts, rounds) / critical_t(alpha, rounds) - 1)
    return REFUTED if high + more < least or low - more > most else UNRESOLVED


def _is_noise(finding: Finding) -> bool:
    floor = finding["noise_floor"]
    return floor is None or abs(math.log(finding["ratio"])) <= floor


def _sentence(wanted: str, concerned: Sequence[Finding], parts: Sequence[str]) -> str:
    shown = [_figure(finding, part) for finding, part in zip(concerned, parts, strict=True)]
    return f"{wanted}; found {', '.join(shown)}"


def _figure(finding: Finding, part: str) -> str:
    where = f"{finding['operation']} in {finding['candidate']}"
    if finding["ratio"] is None:
        return f"{where} without a ratio ({finding['why']})"
    interval = f"×{figure(finding['ratio'])} [{figure(finding['ratio_low'])}, {figure(finding['ratio_high'])}]"
    return f"{where} {finding['verdict']} {interval}" + ("" if part != UNRESOLVED else ", which leaves it open")


def _reasons(concerned: Sequence[Finding], findings: Sequence[Finding]) -> list[str]:
    """What the database counted for the same operations, where it moved too."""
    subjects = {(f["scenario"], f["target"], f["operation"], f["candidate"]) for f in concerned}
    found = [
        f"{finding['metric']} of {finding['operation']} in {finding['candidate']} ×{figure(finding['ratio'])}"
        for finding in findings
        if (finding["scenario"], finding["target"], finding["operation"], finding["candidate"]) in subjects
        and finding["metric"] in COUNTED
        and finding["verdict"] in ("better", "worse")
    ]
    return [f"the database counted {', '.join(found)}"] if found else []
