"""Fail-on gates: conditions that turn a run's findings into an exit code, `worse` or "pagination p99 > +10%"."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.judging.metrics import KNOWN_NAMES, METRICS, metric_name
from harness.rounds import AGAIN

Finding = Mapping[str, Any]
UNRESOLVED = "unresolved"
#: Gates on verdicts of the primary findings.
VERDICT_GATES = ("worse", UNRESOLVED)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_GRAMMAR = re.compile(
    r"(?:(?P<where>[\w/:.-]+)\s+)?(?P<metric>\w+)\s*(?P<compare>[<>]=?)\s*(?P<percent>[+-]?\d+(?:\.\d+)?)\s*%"
)


class GateError(HarnessError):
    """A gate that cannot be understood, or that nothing of the run can be held against."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One condition under which the command is to fail."""

    #: As it was typed.
    text: str
    #: A verdict that fails; None for a gate on a change.
    verdict: str | None = None
    #: A scenario or an operation; None: all.
    where: str | None = None
    #: The full name of a metric; None for a gate on a verdict, which looks at the primary ones.
    metric: str | None = None
    comparator: str | None = None
    #: Relative change, 0.1 = 10 %.
    change: float | None = None

    def concerns(self, finding: Finding) -> bool:
        """Whether the gate looks at this finding; the A/A lane is never looked at."""
        if finding["candidate"].endswith(AGAIN):
            return False
        if self.metric is None:
            return bool(finding["primary"])
        return finding["metric"] == self.metric and self.where in (None, finding["scenario"], finding["operation"])

    def breaks(self, finding: Finding) -> bool:
        """Whether a judged finding is what the gate forbids; an unresolved one is not, unless that is the gate."""
        if self.verdict is not None:
            return bool(finding["verdict"] == self.verdict)
        if finding["verdict"] == UNRESOLVED or finding["ratio"] is None:
            return False
        assert self.comparator is not None
        assert self.change is not None
        return _COMPARE[self.comparator](finding["ratio"] - 1, self.change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding held against one gate."""

    gate: Gate
    finding: Finding
    #: Why it fails; None: it does not.
    broken: str | None


def gate_of(text: str) -> Gate:
    """Parse what was typed. Raises GateError."""
    typed = text.strip()
    if typed in VERDICT_GATES:
        return Gate(text=typed, verdict=typed)
    found = _GRAMMAR.fullmatch(typed)
    metric = found and metric_name(found["metric"])
    if not found or metric not in METRICS:
        raise GateError(
            f"--fail-on {typed!r} is no gate. Nothing was started. Expected: worse, unresolved, or "
            '"[SCENARIO or OPERATION] METRIC > +10%", where METRIC is '
            f"one of {', '.join(KNOWN_NAMES)}."
        )
    return Gate(
        text=typed,
        where=found["where"],
        metric=metric,
        comparator=found["compare"],
        change=float(found["percent"]) / 100,
    )


def hold(gates: Sequence[Gate], findings: Sequence[Finding]) -> Iterator[Check]:
    """Every finding × gate that concerns it. Raises GateError for a gate that nothing was measured for."""
    for gate in gates:
        concerned = [finding for finding in findings if gate.concerns(finding)]
        if not concerned:
            raise GateError(_nothing(gate, findings))
        for finding in concerned:
            yield Check(gate=gate, finding=finding, broken=_broken(gate, finding))


def _broken(gate: Gate, finding: Finding) -> str | None:
    if finding.get("disqualified"):
        return f"{finding['candidate']} is disqualified: {finding['why']}"
    if not gate.breaks(finding):
        return None
    what = f"{finding['scenario']}, {finding['operation']}, {finding['metric']}, {finding['candidate']}"
    if finding["ratio"] is None:
        return f"{what}: {finding['verdict']} ({finding['why']})"
    interval = f"{finding['ratio'] - 1:+,.1%} ({finding['ratio_low'] - 1:+,.1%} to {finding['ratio_high'] - 1:+,.1%})"
    return f"{what}: {finding['verdict']}, {interval}"


def _nothing(gate: Gate, findings: Sequence[Finding]) -> str:
    known = sorted({finding[key] for finding in findings for key in ("scenario", "operation")})
    metrics = sorted({finding["metric"] for finding in findings})
    return (
        f"--fail-on {gate.text!r} names nothing that this run compared, so it can neither fail nor pass. "
        f"Compared were {', '.join(known) or 'no operations'} by {', '.join(metrics) or 'no metric'} "
        "(p99 needs 1,000 samples of an operation in each trial)."
    )
