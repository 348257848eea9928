"""Wording: numbers and names as people read them; what is missing is a dash."""

import math

from harness.figure import figure, ratio_figure, significant

MISSING = "–"


def spoken(name: str) -> str:
    """newest_page → newest page."""
    return name.replace("_", " ")


def duration(us: float | None) -> str:
    if us is None:
        return MISSING
    if us >= 1_000_000:  # noqa: PLR2004 - a second
        return f"{significant(us / 1_000_000)} s"
    return f"{significant(us / 1000)} ms" if us >= 1000 else f"{significant(us)} µs"  # noqa: PLR2004 - a millisecond


def size(count: float | None) -> str:
    if count is None:
        return MISSING
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if count >= 1000**power:
            return f"{significant(count / 1000**power)} {unit}"
    return f"{significant(count)} B"


def ratio(share: float | None) -> str:
    if share is None:
        return MISSING
    if share >= 10_000:  # noqa: PLR2004 - digits beyond tell nothing
        return "×>10,000"
    if 0 < share < 0.01:  # noqa: PLR2004 - the same
        return "×<0.01"
    return f"×{ratio_figure(share)}"


def percent(share: float | None) -> str:
    return MISSING if share is None else f"{100 * share:.1f} %"


def noise(floor: float | None) -> str:
    """A noise floor, which is stored on the log scale, as the change that it could pass for."""
    if floor is None:
        return MISSING
    return f"±{percent(math.expm1(floor))}" if floor < math.log(2) else f"×÷{figure(math.exp(floor))}"


def level(alpha: float) -> str:
    """An interval's confidence: 95 %, or 98.33 % at a look of a sequential run."""
    return f"{100 * (1 - alpha):.4g} %"


def amount(count: float | None) -> str:
    if count is None:
        return MISSING
    return f"{count:,.0f}" if count >= 1000 or count == int(count) else significant(count)  # noqa: PLR2004 - thousands


def value(number: float | None, unit: str) -> str:
    """A metric's value in its unit."""
    return {"us": duration, "bytes": size}.get(unit, amount)(number)


def listed(names: list[str], *, most: int = 3) -> str:
    """a, b and c; or a, b, c and 4 more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
