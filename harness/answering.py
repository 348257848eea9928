"""Answering: each hypothesis of an experiment against the findings of its own comparison."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.answers import answer
from harness.findings import Findings, Floors, Manifest, compared_with, findings_of, minimum_effect


def answers_of(
    manifest: Manifest,
    lanes: Sequence[str],
    trials: Sequence[Mapping[str, Any]],
    findings: Findings,
    floors: Floors,
    alpha: float,
) -> list[dict[str, Any]]:
    """In the order of the experiment."""
    experiment = manifest["experiment"]

    def concerned(claim: Mapping[str, Any]) -> Findings:
        against, candidate = claim.get("against"), claim.get("candidate")
        if against in (None, experiment["baseline"]) or against not in lanes:
            return findings
        pair = compared_with(manifest, str(against), [str(against), str(candidate)], trials, alpha)
        return findings_of(manifest, pair, floors)

    return [
        answer(
            claim,
            concerned(claim),
            dataset=manifest["dataset"]["name"],
            lanes=lanes,
            minimum_effect=minimum_effect(manifest),
        )
        for claim in experiment.get("hypotheses") or ()
    ]
