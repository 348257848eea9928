"""Progress: how far, how long still, and no "done" for what failed."""

import io

import pytest
from rich.console import Console

from harness import progress
from harness.progress import Step, step


@pytest.fixture
def printed(monkeypatch):
    lines = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=lines, width=200))
    monkeypatch.setattr(progress.sys, "stderr", io.StringIO())  # no terminal
    return lines


@pytest.fixture
def clock(monkeypatch):
    """Seconds, moved by hand."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_without_a_terminal_a_step_is_a_line_at_its_start_and_one_at_its_end(printed, clock):
    with step("dataset tiny", 100):
        clock[0] = 2.5
    assert printed.getvalue().splitlines() == ["dataset tiny …", "dataset tiny: done in 2.5 s"]


def test_a_line_stays_whole_so_that_a_command_in_it_can_be_copied(monkeypatch):
    lines = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=lines, width=40))
    hint = "Interrupted. Go on with `chatbench compare --resume runs/20261129-142910-quickstart` [or not]"
    progress.say(hint)
    assert lines.getvalue() == hint + "\n"


def test_lines_come_every_few_seconds_not_with_every_advance(printed, clock):
    with step("trials", 100) as shown:
        for second in range(1, 13):
            clock[0] = float(second)
            shown.advance(1, f"r1p{second}")
    told = printed.getvalue().splitlines()[1:-1]
    assert [line.rsplit(" ", 1)[1] for line in told] == ["r1p5", "r1p10"]


def test_a_line_tells_how_far_and_how_long_still(printed, clock):
    shown = Step("copy messages", 20_000)
    clock[0] = 10.0
    shown.advance(5_000, "batch 5")
    assert printed.getvalue().strip() == "copy messages · 5,000 of 20,000 · about 30 s left · batch 5"


def test_a_share_is_told_in_percent(printed, clock):
    shown = Step("import mine", 1.0, in_percent=True)
    clock[0] = 10.0
    shown.advance(0.25, "read")
    assert printed.getvalue().strip() == "import mine · 25% · about 30 s left · read"


def test_a_step_of_unknown_length_promises_no_time(printed, clock):
    shown = Step("vacuum", None)
    clock[0] = 10.0
    shown.advance(1)
    assert printed.getvalue().strip() == "vacuum"


def test_a_step_that_fails_leaves_no_done_behind(printed):
    with pytest.raises(RuntimeError), step("seed"):
        raise RuntimeError
    assert "done" not in printed.getvalue()


def a_terminal(monkeypatch, width):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown_on = Console(file=io.StringIO(), force_terminal=True, width=width)
    monkeypatch.setattr(progress, "console", shown_on)
    monkeypatch.setattr(progress.sys, "stderr", Terminal())
    return shown_on


def test_on_a_terminal_the_bar_counts_what_was_done(monkeypatch):
    shown_on = a_terminal(monkeypatch, 200)
    with step("trials", 4) as shown:
        shown.advance(3)
        shown.advance(1, "r1p4")
    assert shown.done == 4
    assert "4/4" in shown_on.file.getvalue()


def test_a_long_reason_leaves_bar_and_time_on_a_terminal_of_80(monkeypatch):
    shown_on = a_terminal(monkeypatch, 80)
    with step("trials", 31) as shown:
        shown.advance(3, "r1p4: the generator's event loop lagged 27.2 ms at p99, so what it timed is its own")
        shown._progress.refresh()
        told = shown_on.file.getvalue().rsplit("\r", 1)[-1]
    assert "3/31" in told
    assert "0:00:00" in told
    assert "r1p4" in told
