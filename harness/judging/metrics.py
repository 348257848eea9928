"""Metrics: what one trial says of one operation, as one cost each (lower is better)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.statistics.histograms import decode

Trial = Mapping[str, Any]
BLOCK_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One cost of an operation."""

    name: str
    #: What may be typed for it, wherever a metric is named.
    short: str
    unit: str
    #: The value in one trial; None when the trial does not say.
    value: Callable[[Trial, str], float | None]
    #: How many samples each trial needs before the metric is judged: ten times what showing it needs.
    judged_from: int = 1
    #: Whether a finding stands for the metric only where each trial has that many samples.
    only_when_carried: bool = False
    #: What a 0 on one side alone comes from; it has no ratio.
    zero_says: str = "in some round one side is 0 and the other is not"


def too_few(fewest: int, metric: Metric) -> str:
    """Why a metric is not judged."""
    return (
        f"a trial has only {fewest} samples; {metric.name} is judged from {metric.judged_from} per trial: "
        "raise the rate or lengthen the window"
    )


def sample_count(trial: Trial, operation: str) -> int:
    recorded = trial["operations"].get(operation)
    return int(recorded["count"]) if recorded else 0


def _percentile(clock: str, share: float) -> Callable[[Trial, str], float | None]:
    shown_from = round(1 / (1 - share))

    def value(trial: Trial, operation: str) -> float | None:
        recorded = trial["operations"].get(operation)
        if not recorded or not recorded.get(clock):
            return None
        histogram = decode(recorded[clock])
        return histogram.quantile(share) if histogram.total >= shown_from else None

    return value


def _per_call(total: Callable[[Trial, list[Mapping[str, Any]]], float | None]) -> Callable[[Trial, str], float | None]:
    def value(trial: Trial, operation: str) -> float | None:
        statements = statements_of(trial, operation)
        calls = sample_count(trial, operation)
        cost = total(trial, statements) if statements and calls else None
        return None if cost is None else cost / calls

    return value


def statements_of(trial: Trial, operation: str) -> list[Mapping[str, Any]]:
    every = (trial.get("evidence") or {}).get("statements") or {}
    return [statement for statement in every.values() if statement.get("operation") == operation]


def _sum(statements: Iterable[Mapping[str, Any]], *columns: str) -> float:
    return float(sum(statement.get(column) or 0 for statement in statements for column in columns))


def _exec_us(_trial: Trial, statements: list[Mapping[str, Any]]) -> float:
    return 1000 * _sum(statements, "exec_ms")


def _blocks(_trial: Trial, statements: list[Mapping[str, Any]]) -> float:
    return _sum(statements, "blocks_hit", "blocks_read")


def _wal_bytes(trial: Trial, statements: list[Mapping[str, Any]]) -> float | None:
    """Without full-page images: statements count images, only the cluster knows their bytes, so the mean is taken."""
    total, images = _sum(statements, "wal_bytes"), _sum(statements, "wal_images")
    if not images:
        return total
    mean = _mean_image_bytes(trial)
    return None if mean is None else max(0.0, total - images * mean)


def _mean_image_bytes(trial: Trial) -> float | None:
    evidence = trial["evidence"]
    known = evidence.get("wal_image_bytes")
    return (
        None if known is None else min(float(BLOCK_BYTES), known / _sum(evidence["statements"].values(), "wal_images"))
    )


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(name="response_p50_us", short="p50", unit="us", value=_percentile("response", 0.5), judged_from=20),
        Metric(
            name="response_p99_us",
            short="p99",
            unit="us",
            value=_percentile("response", 0.99),
            judged_from=1000,
            only_when_carried=True,
        ),
        Metric(
            name="service_p50_us", short="service_p50", unit="us", value=_percentile("service", 0.5), judged_from=20
        ),
        Metric(name="exec_us_per_call", short="exec", unit="us", value=_per_call(_exec_us)),
        Metric(name="blocks_per_call", short="blocks", unit="blocks", value=_per_call(_blocks)),
        Metric(
            name="wal_bytes_per_call",
            short="wal",
            unit="bytes",
            value=_per_call(_wal_bytes),
            zero_says="in some round nothing is left of one side's WAL once its full-page images are taken off",
        ),
    )
}


#: As an error lists them.
KNOWN_NAMES = (*(metric.short for metric in METRICS.values()), *METRICS)


def metric_name(name: str) -> str:
    """The full name of a metric, from its short one or from one without its unit: p50 and response_p50 are one."""
    for full, metric in METRICS.items():
        if name in (full, metric.short, full.removesuffix("_us"), full.removesuffix("_per_call")):
            return full
    return name
