"""Embedded data: what the page's numbers came from, as files that can be saved from the page itself."""

import base64
import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

#: A page is to stay under 3 MB; a file that is larger than this stays beside it only.
MOST_BYTES = 900_000
FINDING_COLUMNS = (
    *("scenario", "target", "operation", "metric", "unit", "baseline", "candidate", "baseline_value"),
    *("candidate_value", "ratio", "ratio_low", "ratio_high", "p_value", "p_adjusted", "sign_flip_p", "noise_floor"),
    *("verdict", "why", "rounds", "rounds_needed", "primary", "disqualified", "known_gaps"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFile:
    """A file inside the page."""

    name: str
    #: A data: URI; None where the file is too large to be embedded.
    uri: str | None
    bytes: int
    told: str


def embedded_files(summary: Mapping[str, Any]) -> Iterator[EmbeddedFile]:
    """The findings as a table, everything as JSON."""
    findings = findings_csv(summary["findings"]).encode()
    if summary["findings"]:
        yield _embedded("findings.csv", findings, "text/csv", f"{len(summary['findings'])} findings, a line each")
    packed = gzip.compress(orjson.dumps(summary, default=str), mtime=0)
    yield _embedded("summary.json.gz", packed, "application/gzip", "everything that this page says")


def findings_csv(findings: Sequence[Mapping[str, Any]]) -> str:
    """RFC 4180 with a header; what is missing is empty, several gaps are joined by semicolons."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(FINDING_COLUMNS)
    writer.writerows([_cell(finding.get(column)) for column in FINDING_COLUMNS] for finding in findings)
    return target.getvalue()


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _embedded(name: str, content: bytes, kind: str, told: str) -> EmbeddedFile:
    uri = f"data:{kind};base64,{base64.b64encode(content).decode()}" if len(content) < MOST_BYTES else None
    return EmbeddedFile(name=name, uri=uri, bytes=len(content), told=told)
