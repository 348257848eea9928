"""A mix's file: counts become weights, and what is wrong is named with its line."""

import ast
from pathlib import Path

import pytest

import scenarios
from scenarios.errors import MixError
from scenarios.mix import ACTIONS, SHAPES, Mix, load_mix

CATALOG = Path(scenarios.__file__).with_name("catalog")


def mix(tmp_path, text, name="mine"):
    file = tmp_path / f"{name}.toml"
    file.write_text(text)
    return load_mix(file)


def test_only_proportions_matter(tmp_path):
    hourly = mix(tmp_path, "[actions]\nnewest_page = 52000\nsend = 13000\n")
    daily = mix(tmp_path, "[actions]\nnewest_page = 1248000\nsend = 312000\n")
    assert hourly.weights() == daily.weights() == {"newest_page": 800, "send": 200}


def test_what_is_rare_is_done_all_the_same_and_what_was_never_done_is_not():
    weights = Mix(name="m", summary="", actions={"newest_page": 1e6, "send": 1.0, "heartbeat": 0.0}).weights()
    assert weights == {"newest_page": 1000, "send": 1}


def test_a_mix_that_sends_writes(tmp_path):
    assert mix(tmp_path, "[actions]\nsend = 1\n").writes
    assert not mix(tmp_path, "[actions]\nnewest_page = 1\n").writes


def test_hours_make_the_shape_of_a_day(tmp_path):
    found = mix(tmp_path, f"hours = {list(range(24))}\n[actions]\nsend = 1\n")
    assert (found.shape, len(found.hours)) == ("day", 24)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[actions]\nnewest_page = 1\nsent = 2\n", "mine.toml:3: sent", "perhaps send"),
        ("[actions]\nsend = -1\n", "mine.toml:2: send", "a number from 0"),
        ('[actions]\nsend = "often"\n', "mine.toml:2: send", "'often' is no count"),
        ("[actions]\nsend = 0\n", "mine.toml:1: actions", "one above 0"),
        ("[actions]\n", "mine.toml:1: actions", "a table [actions]"),
        ("weights = 3\n[actions]\nsend = 1\n", "mine.toml:1: weights", "actions"),
        ('shape = "wave"\n[actions]\nsend = 1\n', "mine.toml:1: shape", "spike"),
        ("# none\nhours = [1, 2]\n[actions]\nsend = 1\n", "mine.toml:2: hours", "24 numbers"),
        ("[actions\n", "line 1", "TOML"),
    ],
)
def test_an_error_names_file_line_and_what_was_expected(tmp_path, text, where, what):
    with pytest.raises(MixError) as raised:
        mix(tmp_path, text)
    assert where in str(raised.value)
    assert what in str(raised.value)


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(MixError, match="No such file"):
        load_mix(tmp_path / "none.toml")


def test_a_name_that_no_class_can_have_is_refused(tmp_path):
    with pytest.raises(MixError, match="no name"):
        mix(tmp_path, "[actions]\nsend = 1\n", name="My-Mix")


@pytest.mark.parametrize("place", ACTIONS.values())
def test_every_action_is_a_task_of_the_catalog(place):
    module, kind, task = place.split(".")
    tree = ast.parse((CATALOG / f"{module}.py").read_text())
    tasks = [
        node.name
        for found in tree.body
        if isinstance(found, ast.ClassDef) and found.name == kind
        for node in found.body
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert task in tasks


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_a_file(shape):
    assert (CATALOG.parent / "shapes" / f"{shape}.py").exists()
