"""Telling: what was asked, and what the shape says, in lines."""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from datasets.parameters import Shape
from datasets.quantiles import Quantiles
from harness.profile.errors import ProfileError
from harness.profile.reading import Readings


def told(name: str, sql: str, outcome: str, *, sql_too: bool) -> str:
    """One statement."""
    return f"{sql.rstrip()}\n-- {name}: {outcome}" if sql_too else f"{name}: {outcome}"


def name_of(out_file: Path, given: str | None) -> str:
    """The shape's name: as given, or the file's, as a word. Raises ProfileError before anything is asked."""
    if given is None:
        word = re.sub(r"\W+", "_", out_file.stem.lower()).strip("_")
        given = word if word.isidentifier() else f"shape_{word}"
    if not given.isidentifier():
        raise ProfileError(f"--name {given!r} is no word of letters, digits and _, so nothing was asked. Give another.")
    if out_file.is_dir() or not os.access(out_file if out_file.exists() else out_file.parent, os.W_OK):
        raise ProfileError(
            f"--out {out_file} cannot be written, so nothing was asked. Name a file in a folder of yours."
        )
    return given


def remarks(readings: Readings, now: datetime) -> list[str]:
    """The head of a shape file: where it is from, without names."""
    rows = ", ".join(f"{count:,} {table}" for table, count in readings.rows.items() if count is not None)
    sample = readings.sample
    return [
        f"Made by `chatbench profile` on {now:%Y-%m-%d}: PostgreSQL {readings.server.split()[0]}, about {rows}.",
        f"Sampled: {sample.messages:.3g} % of messages, {sample.conversations:.3g} % of conversations.",
        "Aggregates alone; no row, no text, no id was read.",
        *readings.notes,
    ]


def summary(shape: Shape, readings: Readings) -> Iterator[str]:
    """What was found, for whoever ran it."""
    for what, table in (
        ("messages of a conversation", shape.conversation_lengths),
        ("bytes of a text", shape.text_bytes),
        ("unread of a member who has any", shape.unread_counts),
    ):
        if table is not None:
            yield f"{what}: {_quantiles(table)}"
    if shape.unread_share is not None:
        yield f"members with something unread: {shape.unread_share:.1%}"
    busiest = max(range(24), key=lambda hour: shape.load.by_hour[hour])
    yield f"media: {shape.media_share:.1%} of messages, {shape.captioned_share:.0%} of them with a text"
    yield (
        f"time: {shape.years:.2f} years, growth {shape.load.growth_per_year:+.2f} a year, "
        f"busiest at {busiest:02d}:00 UTC ({shape.load.by_hour[busiest]:.1f} times the mean)"
    )
    yield from (f"note: {note}" for note in readings.notes)


def _quantiles(table: Quantiles) -> str:
    at = dict(zip(table.shares, table.values, strict=True))
    return ", ".join(f"{name} {at[share]:,.0f}" for name, share in _SHOWN if share in at)


_SHOWN = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("longest", 1.0))
