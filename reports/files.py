"""Files: what a run, or two compared runs, can become, each a file in its folder; the page is one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.judging.fail_on import Check
from harness.run_folder import write_atomically
from reports.formats.junit import junit
from reports.formats.markdown import markdown
from reports.formats.runs_markdown import runs_markdown
from reports.formats.tabular import findings_csv, findings_parquet
from reports.page import page_of
from reports.runs_page import runs_page
from reports.stored_run import StoredRun, read_run
from reports.two_runs import TwoRuns

Checks = Sequence[Check]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file."""

    #: Its name in the run's folder.
    file: str
    #: The whole content, from the run and what its gates said.
    make: Callable[[StoredRun, Checks], bytes]
    #: The same of two compared runs.
    make_of_two: Callable[[TwoRuns, Checks], bytes]


FORMATS: Mapping[str, Format] = {
    "html": Format(
        file="report.html",
        make=lambda run, _: page_of(run).encode(),
        make_of_two=lambda runs, _: runs_page(runs).encode(),
    ),
    "markdown": Format(
        file="report.md",
        make=lambda run, checks: markdown(run, checks).encode(),
        make_of_two=lambda runs, checks: runs_markdown(runs, checks).encode(),
    ),
    "csv": Format(
        file="findings.csv",
        make=lambda run, _: findings_csv(run.summary["findings"]).encode(),
        make_of_two=lambda runs, _: findings_csv(runs.summary["findings"]).encode(),
    ),
    "parquet": Format(
        file="findings.parquet",
        make=lambda run, _: findings_parquet(run.summary["findings"]),
        make_of_two=lambda runs, _: findings_parquet(runs.summary["findings"]),
    ),
    "junit": Format(
        file="junit.xml",
        make=lambda run, checks: junit(run.summary["experiment"]["name"], run.summary, checks),
        make_of_two=lambda runs, checks: junit(runs.summary["run_id"], runs.summary, checks),
    ),
}


def write_files(folder: Path, formats: Sequence[str], checks: Checks) -> list[Path]:
    """Write the files of a run's folder that are asked for, and say where they are."""
    run = read_run(folder)
    return [_write(folder, name, FORMATS[name].make(run, checks)) for name in dict.fromkeys(formats)]


def write_files_of_two(folder: Path, runs: TwoRuns, formats: Sequence[str], checks: Checks) -> list[Path]:
    """The same of two compared runs, in a folder of their own."""
    return [_write(folder, name, FORMATS[name].make_of_two(runs, checks)) for name in dict.fromkeys(formats)]


def _write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / FORMATS[name].file
    write_atomically(path, content)
    return path
