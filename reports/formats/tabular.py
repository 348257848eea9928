"""Tabular formats: the findings as CSV and as Parquet, a row each."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_TEXT = ("scenario", "target", "operation", "metric", "unit", "baseline", "candidate", "verdict", "why")
_NUMBER = ("baseline_value", "candidate_value", "ratio", "ratio_low", "ratio_high", "p_value", "p_adjusted")
_MORE = ("sign_flip_p", "noise_floor")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXT),
        *((name, pa.float64()) for name in (*_NUMBER, *_MORE)),
        ("rounds", pa.int64()),
        ("rounds_needed", pa.int64()),
        ("primary", pa.bool_()),
        ("disqualified", pa.bool_()),
        ("known_gaps", pa.list_(pa.string())),
    ]
)


def findings_csv(findings: Sequence[Mapping[str, Any]]) -> str:
    """RFC 4180 with a header; what is missing is empty, several gaps are joined by semicolons."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(SCHEMA.names)
    writer.writerows([_cell(finding.get(column)) for column in SCHEMA.names] for finding in findings)
    return target.getvalue()


def findings_parquet(findings: Sequence[Mapping[str, Any]]) -> bytes:
    """The same with types; gaps are a list."""
    rows = [{column: finding.get(column) for column in SCHEMA.names} for finding in findings]
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), target)
    return target.getvalue()


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value
