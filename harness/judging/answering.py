"""Answering: each hypothesis of an experiment against the findings of its own comparison."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.judging.answers import UNRESOLVED, answer
from harness.judging.findings import Findings, Floors, Manifest, compared_with, findings_of, minimum_effect
from harness.statistics.estimate import holm_by_family


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

    answers = [
        answer(
            claim,
            concerned(claim),
            dataset=manifest["dataset"]["name"],
            lanes=lanes,
            minimum_effect=minimum_effect(manifest),
        )
        for claim in experiment.get("hypotheses") or ()
    ]
    return corrected(answers, alpha)


def corrected(answers: Sequence[dict[str, Any]], alpha: float) -> list[dict[str, Any]]:
    """Each answer with what remains of it when all claims of the experiment are one family (Holm).

    Without a direction a claim rests on verdicts, whose p are corrected already, so its answer remains.
    """
    families = [None if one["p_value"] is None else "claims" for one in answers]
    adjusted = holm_by_family(families, [1.0 if one["p_value"] is None else one["p_value"] for one in answers])
    return [
        one | {"p_adjusted": p, "answer_corrected": one["answer"] if p is None or p < alpha else UNRESOLVED}
        for one, p in zip(answers, adjusted, strict=True)
    ]
