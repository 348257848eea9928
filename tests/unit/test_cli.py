"""The command line's answers that need no server: lists, help, and what is said about wrong use."""

import orjson
import pytest
import typer
from typer.testing import CliRunner

from harness.cli import app, outcome
from harness.cli.commands import seed
from harness.seeding import cleaning

COMMANDS = sorted(typer.main.get_command(app).commands)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder, in which a wrong use must leave nothing behind; no test here reaches a server."""
    monkeypatch.chdir(tmp_path)
    for module in (outcome, seed, cleaning):
        monkeypatch.setattr(module, "open_stack", None)
    for variable in ("CHATBENCH_HOME", "CHATBENCH_POSTGRES", "CHATBENCH_REDIS"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def chatbench(*words):
    return CliRunner().invoke(app, [*words], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})


def complaint(*words):
    answer = chatbench(*words)
    assert answer.exit_code == 2, (answer.output, answer.exception)
    return " ".join(answer.stderr.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_ends_with_an_example_of_it(command):
    answer = chatbench(command, "--help")
    assert answer.exit_code == 0
    assert f"Example: chatbench {command}" in " ".join(answer.stdout.split())


def test_without_a_word_the_commands_are_listed():
    answer = chatbench()
    assert all(command in answer.output for command in COMMANDS)


@pytest.mark.parametrize("kind", ["variants", "scenarios", "datasets", "experiments", "hypotheses"])
def test_a_list_for_machines_is_json_with_names_and_summaries(kind):
    answer = chatbench("list", kind, "--json")
    assert answer.exit_code == 0
    assert all({"name", "summary"} <= set(entry) for entry in orjson.loads(answer.stdout))


def test_a_list_for_people_begins_each_line_with_a_name():
    listed = [line.split()[0] for line in chatbench("list", "scenarios").stdout.splitlines()]
    assert listed == [entry["name"] for entry in orjson.loads(chatbench("list", "scenarios", "--json").stdout)]


WRONG_USES = [
    (("list", "variant"), ["There is no list of 'variant'", "variants", "scenarios"]),
    (("run", "--variant", "spce"), ["'spce' is unknown", "did you mean spec"]),
    (("run", "--scenario", "dya"), ["'dya' is unknown", "did you mean day"]),
    (("run", "--dataset", "smal"), ["'smal' is unknown", "did you mean small"]),
    (("run", "--target", "serve"), ["'serve' is no target", "direct"]),
    (("run", "--cache-regime", "hot"), ["'hot' is unknown", "warm, cold, disk, oversized"]),
    (("run", "--redis-state", "hot"), ["'hot' is unknown", "cold, warm"]),
    (("seed", "--variant", "spce"), ["did you mean spec"]),
    (("serve", "--variant", "spce"), ["did you mean spec"]),
    (("compare", "--variants", "baseline,spce"), ["did you mean spec"]),
    (("compare", "--variants", "spec,spec"), ["spec occurs twice"]),
    (("compare", "quickstrat"), ["quickstrat", "No such file"]),
    (("compare", "--resume", "runs/absent"), ["holds no manifest.json"]),
    (("report", "runs/absent"), ["holds no manifest.json", "Name a folder below runs/"]),
    (("run", "--rate", "-1"), ["--rate"]),
    (("history", "--metric", "p5O"), ["'p5O' is none of", "response_p50_us"]),
    (("history", "--fail-on", "worse"), ["--fail-on", "for `check`"]),
    (("audit",), ["Neither --postgres nor --variant", "Nothing was started"]),
    (("profile",), ["--postgres is missing"]),
    (("report", "runs/absent", "--fail-on", "p50 more"), ["'p50 more' is no gate", "unresolved"]),
    (("compare", "quickstart", "--fail-on", "newest_page p98 > +5%"), ["is no gate", "Nothing was started"]),
    (("compare", "quickstart", "--format", "pdf"), ["'pdf' is no format", "markdown"]),
]


@pytest.mark.parametrize(("words", "said"), WRONG_USES, ids=[" ".join(words) for words, _ in WRONG_USES])
def test_a_wrong_use_is_answered_in_a_sentence_and_starts_nothing(words, said, folder):
    message = complaint(*words)
    assert all(part in message for part in said), message
    assert "Traceback" not in message
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", [["compare", "quickstart"], ["compare"], ["run"]])
def test_a_folder_that_holds_a_run_is_not_run_into_again(command, folder):
    (folder / "manifest.json").write_text("{}")
    message = complaint(*command, "--out", str(folder))
    assert "already holds a run" in message
    assert [path.name for path in folder.iterdir()] == ["manifest.json"]
