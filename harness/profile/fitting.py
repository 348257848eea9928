"""Fitting: aggregates become a shape; what was not answered stays as the built-in shape has it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from datasets.parameters import BUILT_IN, LoadCurve, Shape
from datasets.phrases import MEDIA_KINDS
from datasets.quantiles import Quantiles
from harness.profile.reading import Readings, Rows

_DAYS_PER_YEAR = 365.25
#: Fewer complete months say nothing of growth.
_LEAST_MONTHS = 3


def fitted(readings: Readings, name: str) -> Shape:
    shape = replace(BUILT_IN, name=name)
    for question, fit in (("texts", _texts), ("media", _media), ("load", _load)):
        if readings.answers.get(question):
            shape = fit(shape, readings.answers[question])
    shape = _conversations(shape, readings)
    return _unread(shape, readings)


def _means(rows: Rows, count: str, total: str) -> tuple[list[float], list[float]]:
    """Value and how often it was seen, ascending, of buckets with something in them."""
    filled = [(float(row[total]) / row[count], float(row[count])) for row in rows if row["bucket"] > 0]
    return [value for value, _ in filled], [often for _, often in filled]


def _conversations(shape: Shape, readings: Readings) -> Shape:
    """Ratios, and the distribution of lengths among conversations that have messages."""
    messages, lengths = readings.rows["messages"] or 1, readings.answers.get("lengths") or []
    values, counts = _means(lengths, "conversations", "messages")
    ratios = {
        f"{table}_per_message": round(rows / messages, 6)
        for table in ("users", "conversations", "blocks")
        if (rows := readings.rows[table]) or (table == "blocks" and rows is not None)
    }
    if values:
        seen = sum(row["conversations"] for row in lengths)
        if readings.rows["conversations"]:
            ratios["conversations_per_message"] = round(ratios["conversations_per_message"] * sum(counts) / seen, 6)
        else:
            ratios["conversations_per_message"] = round(sum(counts) / np.dot(values, counts), 6)
        shape = replace(shape, conversation_lengths=Quantiles.of_counts(values, counts))
    at_most: dict[str, Any] = {key: min(value, 1.0) for key, value in ratios.items()}
    return replace(shape, **at_most)


def _texts(shape: Shape, rows: Rows) -> Shape:
    values, counts = _means(rows, "messages", "octets")
    if not values:
        return shape
    width = float(sum(row["octets"] for row in rows)) / max(float(sum(row["characters"] for row in rows)), 1.0)
    return replace(shape, text_bytes=Quantiles.of_counts(values, counts), bytes_per_character=min(max(width, 1.0), 4.0))


def _media(shape: Shape, rows: Rows) -> Shape:
    messages, media = sum(row["messages"] for row in rows), sum(row["with_media"] for row in rows)
    by_type = {row["type"]: row["with_media"] for row in rows}
    kinds = [float(by_type.get(kind, 0)) for kind in MEDIA_KINDS]
    return replace(
        shape,
        media_share=media / messages,
        captioned_share=sum(row["captioned"] for row in rows) / media if media else 0.0,
        media_kinds=_three([kind / sum(kinds) for kind in kinds]) if sum(kinds) else shape.media_kinds,
    )


def _three(kinds: Sequence[float]) -> tuple[float, float, float]:
    image, video, file = kinds
    return image, video, file


def _unread(shape: Shape, readings: Readings) -> Shape:
    """Among members who received anything."""
    rows = readings.answers.get("unread")
    if not rows:
        return shape
    values, counts = _means(rows, "members", "messages")
    if not values:
        return replace(shape, unread_share=0.0, unread_counts=Quantiles(shares=(0.0, 1.0), values=(1.0, 1.0)))
    share = sum(counts) / sum(row["members"] for row in rows)
    return replace(shape, unread_share=share, unread_counts=Quantiles.of_counts(values, counts))


def _load(shape: Shape, rows: Rows) -> Shape:
    hours, weekdays = (
        [_of(rows, key, place) for place in range(count)] for key, count in (("hour", 24), ("weekday", 7))
    )
    first, last = min(row["first"] for row in rows), max(row["last"] for row in rows)
    span: timedelta = last - first
    return replace(
        shape,
        years=max(span.total_seconds() / 86_400, 1.0) / _DAYS_PER_YEAR,
        load=LoadCurve(
            by_hour=_relative(hours),
            by_weekday=_relative(_by_occurrence(weekdays, first, span)),
            growth_per_year=_growth([row for row in rows if row["month"] is not None]),
        ),
    )


def _of(rows: Rows, key: str, place: int) -> float:
    return float(sum(row["messages"] for row in rows if row[key] == place))


def _relative(counts: Sequence[float]) -> tuple[float, ...]:
    """Around 1; an hour in which nothing was seen keeps a little, so that the curve never stands still."""
    mean = sum(counts) / len(counts)
    return tuple(max(count / mean, 0.001) for count in counts)


def _by_occurrence(weekdays: Sequence[float], first: datetime, span: timedelta) -> list[float]:
    """Per Monday, per Tuesday …: a span of nine days has two of some."""
    days = [(first + timedelta(days=number)).weekday() for number in range(span.days + 1)]
    return [count / max(days.count(place), 1) for place, count in enumerate(weekdays)]


def _growth(months: Sequence[Mapping[str, Any]]) -> float:
    """Slope of the logarithm of messages per day over complete months, weighed by their messages."""
    complete = sorted(months, key=lambda row: row["month"])[1:-1]
    if len(complete) < _LEAST_MONTHS:
        return 0.0
    starts = [row["month"] for row in complete]
    days = [((start.replace(day=28) + timedelta(days=4)).replace(day=1) - start).days for start in starts]
    years = [(start - starts[0]).days / _DAYS_PER_YEAR for start in starts]
    logs = [math.log(row["messages"] / count) for row, count in zip(complete, days, strict=True)]
    slope, _ = np.polyfit(years, logs, 1, w=np.sqrt([row["messages"] for row in complete]))
    return round(float(slope), 4)
