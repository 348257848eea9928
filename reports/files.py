"""Files: what a run can become, each a file in its folder; the page is one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.fail_on import Check
from harness.run_folder import write_atomically
from reports.formats.junit import junit
from reports.formats.markdown import markdown
from reports.formats.tabular import findings_csv, findings_parquet
from reports.page import page_of
from reports.stored_run import StoredRun, read_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file."""

    #: Its name in the run's folder.
    file: str
    #: The whole content, from the run and what its gates said.
    make: Callable[[StoredRun, Sequence[Check]], bytes]


FORMATS: Mapping[str, Format] = {
    "html": Format(file="report.html", make=lambda run, _checks: page_of(run).encode()),
    "markdown": Format(file="report.md", make=lambda run, checks: markdown(run, checks).encode()),
    "csv": Format(file="findings.csv", make=lambda run, _checks: findings_csv(run.summary["findings"]).encode()),
    "parquet": Format(file="findings.parquet", make=lambda run, _checks: findings_parquet(run.summary["findings"])),
    "junit": Format(file="junit.xml", make=junit),
}


def write_files(folder: Path, formats: Sequence[str], checks: Sequence[Check]) -> list[Path]:
    """Write the files of a run's folder that are asked for, and say where they are."""
    run, written = read_run(folder), []
    for name in dict.fromkeys(formats):
        path = folder / FORMATS[name].file
        write_atomically(path, FORMATS[name].make(run, checks))
        written.append(path)
    return written
