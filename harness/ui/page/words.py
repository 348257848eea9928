"""Words: numbers as the pages write them."""

_MS, _S = 1_000.0, 1_000_000.0
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1_000


def rounded(value: float | None, digits: int = 3) -> float | None:
    """Significant digits; a sortable number."""
    return None if value is None else float(f"{value:.{digits}g}")


def amount(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{rounded(value):g}"  # noqa: PLR2004 - three digits


def duration(value_us: float | None) -> str:
    """Of microseconds."""
    if value_us is None:
        return "–"
    if value_us < _MS:
        return f"{amount(value_us)} µs"
    return f"{rounded(value_us / _MS):g} ms" if value_us < _S else f"{rounded(value_us / _S):g} s"


def bytes_of(value: float | None) -> str:
    if value is None:
        return "–"
    for unit in _UNITS[:-1]:
        if abs(value) < _STEP:
            return f"{amount(value)} {unit}"
        value /= _STEP
    return f"{amount(value)} {_UNITS[-1]}"


def share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.4g} %"


def measured(value: float | None, unit: str) -> str:
    """A metric's value in its unit."""
    if unit == "us":
        return duration(value)
    if unit == "bytes":
        return bytes_of(value)
    return amount(value)
