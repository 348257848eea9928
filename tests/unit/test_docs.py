"""The documentation in step with the program: commands, options, links and words."""

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from harness.catalogue import known_names
from harness.cli import app
from harness.experiment_file import experiment_from
from harness.judging.metrics import METRICS
from harness.verify.registry import CHECKS, EQUAL_ANSWERS

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS]
COMMANDS = typer.main.get_command(app).commands
#: The table "The words" of the design.
WORDS = (
    *("Dataset", "Variant", "Snapshot", "Operation", "Scenario", "Target", "Load", "Trial", "Round", "Evidence"),
    *("Estimate", "Verdict", "Hypothesis", "Experiment", "Run"),
    *("Response time", "Service time", "Send lag", "Lane", "Noise floor", "A/A", "Void"),
    *("Check", "Known gap", "Disqualified"),
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
#: Where the name stands as a command: after a path, in code, or at the start of a line of shell.
_COMMAND = re.compile(r"(?:`|bin/|^\s*|\$\(|&& )chatbench +([a-z]+)([^`\n]*)", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def commands_in(page: Path) -> list[tuple[str, str]]:
    """(command, the rest of its line) of each use, in fenced shell and in inline code."""
    fences = _FENCE.findall(text_of(page))
    prose = _FENCE.sub("", text_of(page))
    shell = "\n".join(body for language, body in fences if language in ("sh", "yaml", ""))
    inline = "\n".join(f"`{code}`" for code in re.findall(r"`([^`\n]+)`", prose))
    return _COMMAND.findall(shell) + _COMMAND.findall(inline)


def parameters_of(command: str, rest: str) -> list:
    """Those of a command, or of the one in its group that the line names."""
    found = COMMANDS[command]
    inside = getattr(found, "commands", {}).get((rest.split() or [""])[0])
    return (inside or found).params


def anchors_of(page: Path) -> set[str]:
    """Headings as GitHub turns them into fragments."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_a_page_names_exists_with_its_options(page: Path):
    for command, rest in commands_in(page):
        assert command in COMMANDS, f"chatbench {command}"
        known = {option for parameter in parameters_of(command, rest) for option in parameter.opts} | {"--help"}
        said = set(re.findall(r"(?<!\S)--[a-z][a-z0-9-]*", rest.split(" # ")[0]))
        assert said <= known, f"chatbench {command}: {said - known}"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str):
    assert any(command == used for page in DOCS for used, _ in commands_in(page))


def test_every_metric_is_documented_by_both_its_names():
    told = text_of(ROOT / "docs" / "how-to" / "own-experiment.md")
    assert [f"| `{metric.short}` | `{metric.name}` |" in told for metric in METRICS.values()] == [True] * len(METRICS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_its_heading(page: Path):
    for link in _LINK.findall(_FENCE.sub("", text_of(page))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        if fragment:
            assert fragment in anchors_of(target), f"{link}: no such heading"


@pytest.mark.parametrize("check", [*CHECKS, EQUAL_ANSWERS])
def test_every_check_has_a_line_in_the_how_to(check: str):
    lines = [line for line in text_of(ROOT / "docs/how-to/verify.md").splitlines() if line.startswith("| `")]
    assert any(f"`{check}`" in line.split("|")[1] for line in lines)


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_defines_every_word_of_the_design(word: str):
    defined = re.findall(r"^\*\*(.+?)\*\* – \S", text_of(ROOT / "docs" / "glossary.md"), re.MULTILINE)
    assert word.lower() in {part.strip().lower() for names in defined for part in names.split(",")}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_experiment_in_the_docs_can_be_read(page: Path):
    for language, body in _FENCE.findall(text_of(page)):
        content = tomllib.loads(body) if language == "toml" else {}
        if "scenarios" in content:
            experiment_from(content, name_of(page), known_names())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_a_page_names_exists(page: Path):
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text_of(page), re.MULTILINE)) <= targets
