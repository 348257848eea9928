"""Figures: tests laid side by side, by the metrics and histograms that a report judges; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.judging.comparison import TASK_PREFIX
from harness.judging.metrics import METRICS, Metric
from harness.statistics.histograms import decode
from harness.ui.choices import LEVEL, Choices
from harness.ui.ended_test import EndedTest, variants_of
from harness.ui.line_chart import Points, line_chart
from harness.ui.rows import delivery_row

_TITLES = {
    "response_p50_us": "response p50",
    "response_p99_us": "response p99",
    "service_p50_us": "service p50",
    "exec_us_per_call": "execution per call",
    "blocks_per_call": "blocks per call",
    "wal_bytes_per_call": "WAL per call",
}
#: In the style sheet; the reports' own.
_COLOURS = 7
#: Seconds with fewer samples have no median worth a point.
_LEAST_SAMPLES = 5
#: Receivers and devices of `chatbench compare`.
_RECEIVING = (200, 2)


def comparison(tests: Sequence[EndedTest]) -> list[dict[str, Any]]:
    """Groups of tests that differ in variant and window alone, the latest group first."""
    groups: dict[tuple[Any, ...], list[EndedTest]] = {}
    for test in tests:
        groups.setdefault(test.alike(), []).append(test)
    return [_group(group) for group in reversed(groups.values())]


def colours_of(tests: Sequence[EndedTest]) -> dict[int, str]:
    """Test → its class in the style sheet: a colour a variant, paler where the variant was tested before."""
    variants = list(dict.fromkeys(test.choices.variant for test in tests))
    found: dict[int, str] = {}
    seen: set[str] = set()
    for test in tests:
        variant = test.choices.variant
        found[test.number] = f"lane{variants.index(variant) % _COLOURS}" + (" again" if variant in seen else "")
        seen.add(variant)
    return found


def _group(tests: Sequence[EndedTest]) -> dict[str, Any]:
    colours = colours_of(tests)
    operations = sorted({name for test in tests for name in _operations(test)})
    first = tests[0].choices
    return {
        "scenario": first.load_name,
        "dataset": first.dataset,
        "target": first.url if first.is_remote else first.target,
        "load": _load(tests[0]),
        "tests": [test.line() | {"colour": colours[test.number]} for test in tests],
        "variants": variants_of(tests),
        "command": _command(tests),
        "rates": _lines({test.number: _rate_by_second(test.record) for test in tests}, colours),
        "metrics": [{"name": name, "title": _TITLES.get(name, name), "unit": m.unit} for name, m in METRICS.items()],
        "operations": [_operation(name, tests, colours) for name in operations],
        "deliveries": list(_deliveries(tests)),
    }


def _load(test: EndedTest) -> str:
    choices = test.choices
    paced = "closed loop" if choices.arrivals == "closed" else f"{choices.rate_per_s:g} tasks/s, {choices.arrivals}"
    told = [f"{choices.users} users", paced, f"pages of {choices.page_size}"]
    if choices.is_shaped:
        told += [f"at the peak of the shape {choices.shape} over {choices.window_s:g} s"]
        told += [] if test.is_whole else ["stopped before its end"]
    return " · ".join(told)


def _command(tests: Sequence[EndedTest]) -> str | None:
    """What runs these variants in rounds; None where no command line says the same load."""
    choices = tests[0].choices
    if choices.is_remote or len(choices.scenarios) != 1 or not _has_options(choices):
        return None
    variants = ",".join(variants_of(tests))
    rate = 0.0 if choices.arrivals == "closed" else choices.rate_per_s
    seed = "" if choices.dataset_seed == 1 else f" --seed {choices.dataset_seed}"
    return (
        f"chatbench compare --variants {variants} --scenario {choices.scenario} --dataset {choices.dataset}{seed} "
        f"--target {choices.target} --users {choices.users} --rate {rate:g} --warmup {choices.warmup_s:g}"
    )


def _has_options(choices: Choices) -> bool:
    """Whether all that was chosen can be said to `chatbench compare`."""
    untold = (choices.shape, choices.page_size, choices.servers, choices.connections, choices.arrivals == "constant")
    receiving = (choices.receivers, choices.devices) if "fanout" in choices.scenarios else _RECEIVING
    return untold == (LEVEL, 50, 1, 8, False) and receiving == _RECEIVING


def _operation(name: str, tests: Sequence[EndedTest], colours: Mapping[int, str]) -> dict[str, Any]:
    return {
        "name": name,
        "charts": {metric.name: _bars(metric, name, tests, colours) for metric in METRICS.values()},
        "lines": _lines({test.number: _by_second(test.record, name) for test in tests}, colours),
    }


def _lines(points: Mapping[int, Points], colours: Mapping[int, str]) -> dict[str, Any] | None:
    return line_chart({number: series for number, series in points.items() if len(series) > 1}, colours)


def _rate_by_second(record: Mapping[str, Any]) -> list[tuple[int, float]]:
    """(second, calls of all operations); without the last second, which is seldom a whole one."""
    return [
        (int(entry["second"]), sum(one["count"] for name, one in entry["operations"].items() if _is_operation(name)))
        for entry in record["seconds"][:-1]
    ]


def _is_operation(name: str) -> bool:
    return not name.startswith(TASK_PREFIX)


def _bars(
    metric: Metric, operation: str, tests: Sequence[EndedTest], colours: Mapping[int, str]
) -> list[dict[str, Any]]:
    """A value a test, None where the test does not carry it, with its share of the largest."""
    values = {test.number: metric.value(test.record, operation) for test in tests}
    most = max((value for value in values.values() if value is not None), default=0.0)
    return [
        {
            "number": number,
            "colour": colours[number],
            "value": value,
            "share": value / most if value is not None and most else None,
        }
        for number, value in values.items()
    ]


def _by_second(record: Mapping[str, Any], operation: str) -> list[tuple[int, float]]:
    """(second, median response in µs); without what was answered after the window, which only slow calls are."""
    found, window_s = [], record["load"]["window_s"] or float("inf")
    for entry in record["seconds"]:
        recorded = entry["operations"].get(operation)
        if recorded and recorded["count"] >= _LEAST_SAMPLES and entry["second"] < window_s:
            median = decode(recorded["response"]).quantile(0.5)
            if median is not None:
                found.append((int(entry["second"]), median))
    return found


def _deliveries(tests: Sequence[EndedTest]) -> Iterator[dict[str, Any]]:
    for test in tests:
        row = delivery_row(test.record.get("deliveries"))
        if row:
            yield {"number": test.number, "variant": test.choices.variant, **row}


def _operations(test: EndedTest) -> list[str]:
    return [name for name in test.record["operations"] if _is_operation(name)]
