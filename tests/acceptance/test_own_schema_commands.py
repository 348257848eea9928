"""A schema of one's own as its owner tries it: made, verified, and compared with the specification."""

import shutil
from pathlib import Path
from typing import Any

import orjson

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "team_chat"


def test_a_scaffold_is_made_and_a_mistake_in_it_is_told_with_its_line(chatbench: Any, folder: Path) -> None:
    made = chatbench("new", "variant", "mine", "--own", "newest_page")
    assert made.returncode == 0, made.stderr
    assert "./mine" in made.stdout
    page = folder / "mine" / "queries" / "newest_page.sql"
    page.write_text(page.read_text().replace("newest.content", "newest.contnt"))
    refused = chatbench("seed", "--variant", "./mine", "--dataset", "tiny")
    assert refused.returncode == 2
    said = " ".join(refused.stderr.split())
    assert "newest_page.sql:5: UndefinedColumnError" in said
    assert "Traceback" not in said


def test_the_example_keeps_every_guarantee_and_is_compared_over_equal_answers(chatbench: Any, folder: Path) -> None:
    shutil.copytree(EXAMPLE, folder / "team_chat", dirs_exist_ok=True)
    verified = chatbench("verify", "./team_chat", "--dataset", "tiny", "--json", "--keep")
    assert verified.returncode == 0, verified.stderr
    states = {check["check"]: check["state"] for check in orjson.loads(verified.stdout)[0]["checks"]}
    assert set(states.values()) == {"pass"}
    compared = chatbench(
        *("compare", "--variants", "spec,./team_chat", "--dataset", "tiny", "--scenario", "pagination", "--users", "4"),
        *("--rounds", "2", "--warmup", "0.3", "--window", "0.5", "--rate", "40", "--out", "own"),
    )
    assert compared.returncode == 0, compared.stderr
    manifest = orjson.loads((folder / "own" / "manifest.json").read_bytes())
    assert manifest["answers"]["disqualified"] == {}
    assert manifest["answers"]["hashes"]["team_chat"] == manifest["answers"]["hashes"]["spec"]
    trials = [orjson.loads(line) for line in (folder / "own" / "trials.jsonl").read_text().splitlines()]
    own = next(trial for trial in trials if trial["lane"] == "team_chat")
    assert own["evidence"]["statements"]["newest_page"]["calls"] > 0
