"""What `chatbench conform` and `chatbench history` say of wrong use, and what a conformance tells."""

import io
from dataclasses import replace

import orjson
import pytest
from rich.console import Console
from typer.testing import CliRunner

from harness.cli import app
from harness.conform.conforming import CHECKS, Checked, Conformance, module_of, promise_of
from harness.conform.telling import as_dict, table_of, verdict_of

WRONG = [
    (("conform", "localhost:8000"), "'localhost:8000' is no URL"),
    (("conform", "http://127.0.0.1:9"), "CHATBENCH_TOKEN_SECRET"),
    (("conform", "http://127.0.0.1:9", "--checks", "pages"), "'pages' is no check"),
    (("history", "shwo"), "'shwo' is none of show, add, check"),
    (("history", "add"), "add needs a run folder"),
    (("history", "add", "runs/absent"), "holds no manifest.json"),
    (("history", "check", "runs/x"), "only `add` takes runs"),
    (("history", "check", "--fail-on", "slower"), "'slower' is none of change, worse"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_a_wrong_use_is_answered_in_a_sentence_and_leaves_nothing(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHATBENCH_TOKEN_SECRET", raising=False)
    monkeypatch.delenv("CHATBENCH_HISTORY", raising=False)
    answer = CliRunner().invoke(app, [*words], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})
    assert answer.exit_code == 2, answer.output
    assert said in " ".join(answer.stderr.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_a_history_without_runs_says_how_to_add_one_and_breaks_no_gate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHATBENCH_HISTORY", raising=False)
    answer = CliRunner().invoke(app, ["history", "check", "--fail-on", "change"])
    assert answer.exit_code == 0
    assert "chatbench history add" in answer.stdout


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_says_in_a_line_what_is_promised(check):
    assert promise_of(module_of(check)).endswith(".")


def test_what_deviates_is_told_with_its_promise_and_as_plain_data():
    found = Conformance(
        urls=("http://one",),
        checks=(
            Checked(check="send", promise="A sent message is answered 201.", state="fail", seen="200, expected 201"),
            Checked(check="health", promise="It answers.", state="pass", seen="200"),
            Checked(check="sign_up", promise="Once.", state="not run", seen="by command"),
        ),
        took_s=1.25,
    )
    assert verdict_of(found) == (
        "http://one: 1 of 3 checks pass, 1 could not be tried (1.2 s).\nsend promises: A sent message is answered 201."
    )
    assert table_of(found).row_count == 3
    assert not found.conforms
    plain = orjson.loads(orjson.dumps(as_dict(found)))
    assert (plain["conforms"], plain["checks"][0]["state"]) == (False, "fail")


def test_what_could_not_be_tried_by_the_options_given_is_excused_and_what_the_server_prevents_is_not():
    excused = Checked(check="sign_up", promise="Once.", state="not run", seen="by command", is_excused=True)
    owed = replace(excused, is_excused=False)
    assert Conformance(urls=("http://one",), checks=(excused,), took_s=1.0).conforms
    assert not Conformance(urls=("http://one",), checks=(owed,), took_s=1.0).conforms


def test_words_of_a_server_are_shown_as_they_are():
    seen = Checked(check="send", promise="It answers.", state="fail", seen="said [/red] and [bold]")
    printed = Console(file=io.StringIO(), width=100)
    printed.print(table_of(Conformance(urls=("http://one",), checks=(seen,), took_s=1.0)))
    assert "said [/red] and [bold]" in printed.file.getvalue()
