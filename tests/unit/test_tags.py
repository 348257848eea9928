"""Tags of tasks: every task has some, and a scenario that keeps no task is named with the remedy."""

import ast
from pathlib import Path

import pytest

import scenarios
from scenarios.mix import ACTIONS, WRITING
from scenarios.tags import Tagging

CATALOG = Path(scenarios.__file__).with_name("catalog")
FAMILIES = {"pages", "lists", "media", "messages", "unread", "presence", "blocks", "delivery"}


def task(*tags):
    def made():
        """Only its tags count."""

    if tags:
        made.locust_tag_set = set(tags)
    return made


def catalog_tags():
    """Read, not imported: importing Locust would patch this process."""
    return {
        f"{file.stem}.{kind.name}.{method.name}": {
            argument.value
            for decorator in method.decorator_list
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "tag"
            for argument in decorator.args
        }
        for file in CATALOG.glob("[!_]*.py")
        for kind in ast.parse(file.read_text()).body
        if isinstance(kind, ast.ClassDef)
        for method in kind.body
        if isinstance(method, ast.AsyncFunctionDef) and any("task" in ast.unparse(d) for d in method.decorator_list)
    }


@pytest.mark.parametrize(("place", "tags"), catalog_tags().items())
def test_every_task_says_whether_it_reads_or_writes_and_what_it_is_about(place, tags):
    assert tags & {"read", "write"}, place
    assert tags & FAMILIES, place
    assert tags <= FAMILIES | {"read", "write"}, place


def test_what_a_mix_calls_writing_is_tagged_so():
    tags = catalog_tags()
    assert all("write" in tags[ACTIONS[name]] for name in WRITING)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, "abcd"),
        ({"tags": ["read"]}, "ac"),
        ({"tags": ["read", "write"]}, "abc"),
        ({"exclude_tags": ["write"]}, "ad"),
        ({"tags": ["read"], "exclude_tags": ["write"]}, "a"),
    ],
)
def test_tags_keep_what_has_one_of_them_and_excluded_ones_win(asked, kept):
    tasks = {"a": task("read"), "b": task("write"), "c": task("read", "write"), "d": task()}
    assert "".join(name for name, one in tasks.items() if Tagging(**asked).keeps(one)) == kept


def test_a_scenario_without_a_task_is_told_what_was_asked_what_it_has_and_who_has_some():
    whole = {"Pages": [task("read", "pages"), task("read", "media")], "Marks": [task("write")], "Bare": [task()]}
    said = Tagging(tags=["write"], exclude_tags=["blocks"]).no_task_left(["Pages", "Bare"], whole)
    assert "--tags write --exclude-tags blocks leaves Bare, Pages without a task" in said
    assert "(Marks)" in said
    assert "Bare has none; Pages has media, pages, read" in said
