"""Figures: numbers as people read them, in significant digits and never with a power of ten."""

import math


def significant(number: float, digits: int = 3) -> str:
    """So many digits, and the whole part always: 1.20, 12.0, 1,234."""
    if number == 0:
        return "0"
    return f"{number:,.{max(0, digits - 1 - math.floor(math.log10(abs(number))))}f}"


def figure(number: float, digits: int = 3) -> str:
    """The same without zeros that end it: 1.2, 12, 1,234."""
    shown = significant(number, digits)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def ratio_figure(ratio: float) -> str:
    """Two decimals for what is near 1, and three digits from ten on."""
    return f"{ratio:.2f}" if ratio < 10 else significant(ratio)  # noqa: PLR2004 - where three digits are fewer
