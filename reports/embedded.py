"""Embedded data: what the page's numbers came from, as files that can be saved from the page itself."""

import base64
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from reports.formats.tabular import findings_csv

#: A file larger than this would crowd out the pictures (reports/fitting.py has the page's limit).
MOST_BYTES = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFile:
    """A file inside the page."""

    name: str
    #: A data: URI; None where the file is too large to be embedded.
    uri: str | None
    bytes: int
    told: str
    #: Where it is had otherwise.
    elsewhere: str


def embedded_files(summary: Mapping[str, Any]) -> Iterator[EmbeddedFile]:
    """The findings as a table, everything as JSON."""
    findings = findings_csv(summary["findings"]).encode()
    if summary["findings"]:
        told, elsewhere = (
            f"{len(summary['findings'])} findings, a line each",
            "chatbench report RUN_FOLDER --format csv",
        )
        yield _embedded("findings.csv", findings, "text/csv", told, elsewhere)
    packed = gzip.compress(orjson.dumps(summary, default=str), mtime=0)
    told, elsewhere = "everything that this page says", "summary.json in the run's folder"
    yield _embedded("summary.json.gz", packed, "application/gzip", told, elsewhere)


def _embedded(name: str, content: bytes, kind: str, told: str, elsewhere: str) -> EmbeddedFile:
    uri = f"data:{kind};base64,{base64.b64encode(content).decode()}" if len(content) < MOST_BYTES else None
    return EmbeddedFile(name=name, uri=uri, bytes=len(content), told=told, elsewhere=elsewhere)
