"""Equality: a variant's answers beside the reference's, and whether its gaps excuse a difference."""

from collections.abc import Mapping

from harness.verify.answers import Answers, differing
from harness.verify.finding import Outcome
from harness.verify.registry import EQUAL_ANSWERS, excused

_PROMISE = "The same questions get the same rows as from the reference."


def equal_answers(answers: Answers, reference: Answers, gaps: tuple[str, ...], *, of: str) -> Outcome:
    """Differences that a declared gap excuses count as equal, and are said."""
    different = differing(answers, reference)
    undeclared = [name for name in different if name not in excused(gaps)]
    if undeclared:
        seen = f"answers otherwise than {of}: {', '.join(undeclared)}"
    elif different:
        seen = f"as {of} in {len(answers) - len(different)} operations; {', '.join(different)} differ, as declared"
    else:
        seen = f"{len(answers)} operations answer as {of} does"
    return Outcome(
        check=EQUAL_ANSWERS, promise=_PROMISE, state="fail" if undeclared else "pass", seen=seen, declared=False
    )


def unasked(reason: str) -> Outcome:
    """For a database whose right answers nobody knows."""
    return Outcome(check=EQUAL_ANSWERS, promise=_PROMISE, state="not run", seen=reason, declared=False)


def disqualified(
    answers: Mapping[str, Answers], gaps: Mapping[str, tuple[str, ...]], *, baseline: str
) -> dict[str, str]:
    """Lane → why nothing may be said of it: its answers differ from the baseline's, and neither declares a gap."""
    reasons = {}
    for lane, answered in answers.items():
        outcome = equal_answers(answered, answers[baseline], (*gaps[lane], *gaps[baseline]), of=baseline)
        if outcome.state == "fail":
            reasons[lane] = f"{lane} {outcome.seen}"
    return reasons
