"""The user's own messages are imported and measured, and a shape file is seeded, as typed."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from datasets.parameters import Shape
from datasets.shape_file import written

HEADER = ["id", "chat_id", "author", "content", "sent_at"]
ROWS = 3_000


@pytest.fixture(scope="module")
def exported(folder):
    start = datetime(2025, 1, 1, tzinfo=UTC)
    with (folder / "mine.csv").open("w", newline="", encoding="utf-8") as file:
        to = csv.writer(file)
        to.writerow(HEADER)
        for number in range(ROWS):
            chat = number % 60
            author = f"user{chat if number // 60 % 2 else chat + 1}"
            sent = "never" if number % 1_000 == 500 else start + timedelta(minutes=number)
            to.writerow([number, chat, author, f"message {number}", sent])
    return folder / "mine.csv"


def test_an_import_is_counted_listed_and_measured_by_its_name(chatbench, exported, folder):
    done = chatbench("import", exported.name, "--column", "sender=author", "--hash-ids")
    assert done.returncode == 0, done.stderr
    assert "messages: 3,000 read = 2,997 kept + 3 rejected" in done.stdout
    assert "unknown_time" in done.stdout
    assert "mine" in chatbench("list", "datasets").stdout
    run = chatbench(
        *("run", "--dataset", "mine", "--variant", "spec", "--scenario", "pagination"),
        *("--rate", "50", "--users", "4", "--warmup", "0.3", "--window", "1", "--out", "mine-run"),
    )
    assert run.returncode == 0, run.stderr
    assert (folder / "mine-run" / "summary.json").exists()


def test_what_is_there_already_and_what_cannot_be_read_is_refused(chatbench, exported):
    again = chatbench("import", exported.name, "--column", "sender=author", "--name", "tiny")
    assert (again.returncode, "cannot be a dataset's name" in again.stderr) == (2, True)
    unnamed = chatbench("import", exported.name, "--name", "other")
    assert (unnamed.returncode, "--column sender=COLUMN" in unnamed.stderr) == (2, True)


def test_a_shape_file_is_seeded_at_any_size_and_a_wrong_one_is_named(chatbench, folder):
    (folder / "support.toml").write_text(written(Shape(name="support", media_share=0.2), []))
    seeded = chatbench("seed", "--shape", "support.toml", "--messages", "5k", "--variant", "spec")
    assert seeded.returncode == 0, seeded.stderr
    assert "chatbench_support_5k" in seeded.stdout
    wrong = chatbench("seed", "--shape", "support.toml", "--messages", "some")
    assert (wrong.returncode, "500k" in wrong.stderr) == (2, True)


def test_a_dry_run_of_a_profile_prints_the_statements_and_asks_nobody(chatbench):
    shown = chatbench("profile", "--dry-run")
    assert shown.returncode == 0
    assert "TABLESAMPLE" in shown.stdout
    assert chatbench("profile").returncode == 2
