"""A database of the user's own: a run on a bare PostgreSQL 15, and an audit whose advice a run takes."""

import subprocess
import time

import orjson
import psutil
import pytest

from tests.integration.throwaway_postgres import DEBIAN_15, PASSWORD, postgres

needs_15 = pytest.mark.skipif(
    not DEBIAN_15.exists(), reason="Debian's PostgreSQL 15 is not installed (apt-get install postgresql-15)"
)


def command_lines(pid):
    """Of a process and everything below it, as any user of the machine may read them."""
    found = set()
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            found.add(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def watched(arguments, folder, environment):
    """(exit code, what was said, every command line seen meanwhile)"""
    seen = set()
    with (folder / "said.txt").open("w+") as said:
        run = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT)
        while run.poll() is None:
            seen |= command_lines(run.pid)
            time.sleep(0.1)
        said.seek(0)
        return run.returncode, said.read(), seen


@needs_15
async def test_a_run_without_superuser_and_modules_ends_well_says_what_it_lacks_and_shows_no_password(
    command, environment, folder
):
    async with postgres(programs=DEBIAN_15, counts_statements=False) as theirs:
        await theirs.execute(f"CREATE ROLE bob LOGIN CREATEDB PASSWORD '{PASSWORD}'")
        own = {**environment, "CHATBENCH_POSTGRES": theirs.dsn("bob")}
        options = ["--variant", "spec", "--dataset", "tiny", "--scenario", "pagination", "--target", "server"]
        measure = [*command, "run", *options, "--rate", "50", "--window", "1", "--out", "bare"]
        code, text, seen = watched(measure, folder, own)
        assert code == 0, text
        _, cleaned, _ = watched([*command, "clean"], folder, own)
        assert "dropped chatbench_tiny_spec" in cleaned
    assert "your PostgreSQL: pg_stat_statements: not loaded" in " ".join(text.split())
    assert any("locust" in line for line in seen)
    assert any("reference_server.serve" in line for line in seen)
    files = [file for file in (folder / "bare").rglob("*") if file.is_file()]
    told = [text, *seen, *(file.read_text(errors="replace") for file in files)]
    assert not [one for one in told if PASSWORD in one]
    trial = orjson.loads((folder / "bare" / "trials.jsonl").read_text().splitlines()[0])
    assert trial["void"] is None
    assert trial["evidence"]["statements"] is None
    assert "without pg_prewarm" in trial["cache"]["note"]
    assert "not loaded" in (folder / "bare" / "report.html").read_text()


def test_an_audits_suggestion_is_a_variant_that_a_run_takes_as_written(chatbench, folder):
    audited = chatbench("audit", "--variant", "baseline", "--format", "json", "--out", "audit.json", "--write", "tries")
    assert audited.returncode == 0, audited.stderr
    told = orjson.loads((folder / "audit.json").read_bytes())
    first = told["candidates"][0]
    assert first["sql"].endswith("ON messages (conversation_id, created_at DESC, id DESC);")
    assert first["replaces"] == ["idx_conversation_messages"]
    load = ["--scenario", "pagination", "--dataset", "tiny", "--rate", "50", "--window", "1"]
    run = chatbench("run", "--variant", f"./tries/{first['variant']['name']}", *load, "--out", "tried")
    assert run.returncode == 0, run.stdout + run.stderr
    trial = orjson.loads((folder / "tried" / "trials.jsonl").read_text().splitlines()[0])
    assert trial["evidence"]["indexes"][first["name"]]["scans"] > 0
    newest = next(plan for plan in trial["evidence"]["examination"]["plans"] if plan["slot"] == "newest_page")
    assert "Sort" not in str(newest["tree"])


def test_an_audit_without_a_database_says_what_to_add(chatbench):
    audited = chatbench("audit")
    assert audited.returncode == 2
    assert "--postgres" in audited.stderr
    assert chatbench("audit", "--format", "nonsense").returncode == 2
