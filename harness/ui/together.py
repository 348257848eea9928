"""Together: the tests of one group as one run, each variant a lane and its first test its first round; pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.stored_runs.fingerprints import fingerprints_of
from harness.ui.ended_test import EndedTest, variants_of


def name_of(tests: Sequence[EndedTest]) -> str:
    return "tests-" + "-".join(str(test.number) for test in tests)


def manifest_together(tests: Sequence[EndedTest]) -> dict[str, Any]:
    """The first test's, with the others' variants as candidates; there is no A/A lane, and the report will say so."""
    first, lanes = tests[0], variants_of(tests)
    experiment = first.manifest["experiment"] | {
        "question": f"How do {', '.join(lanes)} compare under {first.choices.load_name}?",
        "baseline": lanes[0],
        "candidates": lanes[1:],
        "rounds": max(Counter(test.choices.variant for test in tests).values()),
    }
    manifest = first.manifest | {
        "run_id": name_of(tests),
        "experiment": experiment,
        "variants": {name: told for test in tests for name, told in test.manifest["variants"].items()},
        "lanes": lanes,
        "status": "finished",
    }
    return manifest | {"fingerprints": fingerprints_of(manifest)}


def trials_together(tests: Sequence[EndedTest]) -> list[dict[str, Any]]:
    """Their records, numbered as rounds."""
    rounds: Counter[str] = Counter()
    trials = []
    for position, test in enumerate(tests, 1):
        rounds[test.choices.variant] += 1
        trials.append(test.record | {"round": rounds[test.choices.variant], "position": position})
    return trials
