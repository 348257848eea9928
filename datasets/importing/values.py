"""Values: columns of any type as texts, numbers, flags and moments; what cannot be read is told, not guessed."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.errors import DatasetError

Flags = NDArray[np.bool_]

_YES, _NO = ["true", "t", "yes", "1"], ["false", "f", "no", "0"]
_MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?))?$"
#: Of microseconds; finer digits are cut.
_FINER = r"(\.\d{6})\d+"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"
#: A number since 1970.
_NUMBER = r"^\d{9,19}(\.\d+)?$"
#: Those below these are seconds, milliseconds, microseconds; others are nanoseconds.
_SECONDS, _MILLIS, _MICROS = 100_000_000_000, 100_000_000_000_000, 100_000_000_000_000_000
#: Beyond it nothing is counted, in nanoseconds.
_LATEST = 9.2e18
#: From here on floating-point numbers have gaps.
_EXACT_BELOW = 1 << 53


def flags(array: Any) -> Flags:
    """A boolean array as numpy; null is False."""
    found: Flags = array.fill_null(False).to_numpy(zero_copy_only=False)
    return found


def present(array: Any) -> Flags:
    return flags(pc.is_valid(array))


def as_text(array: Any) -> tuple[Any, Flags]:
    """Strings, and where bytes were no UTF-8 (null there)."""
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    kind = array.type
    if pa.types.is_nested(kind):
        array = pa.array(
            [None if one is None else orjson.dumps(one, default=_plain).decode() for one in array.to_pylist()],
            pa.string(),
        )
    elif pa.types.is_dictionary(kind):
        return as_text(array.dictionary_decode())
    elif pa.types.is_fixed_size_binary(kind):
        array = pa.array([None if one is None else one.hex() for one in array.to_pylist()], pa.string())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _decoded(array)
    return array.cast(pa.string()), np.zeros(len(array), dtype=np.bool_)


def _plain(value: Any) -> str:
    """Of what JSON has no word for: bytes, decimals, durations."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def as_ids(array: Any) -> tuple[Any, Flags]:
    """As texts: 7.0 is 7, since tables with gaps turn whole numbers into such. Raises DatasetError."""
    if pa.types.is_floating(array.type):
        numbers = array.fill_null(0).to_numpy(zero_copy_only=False)
        if (np.abs(numbers) >= _EXACT_BELOW).any():
            raise DatasetError(
                f"a column of ids has floating-point numbers as large as {numbers.max():.3g}, where several ids are "
                "one number already, so nothing was imported; export ids as whole numbers or texts"
            )
        if (numbers == np.trunc(numbers)).all():
            array = array.cast(pa.int64())
    return as_text(array)


def _decoded(array: Any) -> tuple[Any, Flags]:
    found = cast_or_null(array, pa.string())
    return found, present(array) & ~present(found)


def cast_or_null(array: Any, kind: Any) -> Any:
    """Cast; a value that cannot be is null. Halves what fails, so a few bad values cost little."""
    try:
        return array.cast(kind)
    except pa.ArrowInvalid:
        if len(array) == 1:
            return pa.nulls(1, kind)
        middle = len(array) // 2
        return pa.concat_arrays([cast_or_null(array[:middle], kind), cast_or_null(array[middle:], kind)])


def as_flag(array: Any) -> tuple[Flags, Flags]:
    """Whether true, and whether a value is neither true nor false; null is neither of both."""
    if pa.types.is_boolean(array.type):
        return flags(array), np.zeros(len(array), dtype=np.bool_)
    text, _ = as_text(array)
    text = pc.utf8_lower(text)
    yes, no = (flags(pc.is_in(text, pa.array(words))) for words in (_YES, _NO))
    return yes, present(array) & ~yes & ~no


def as_count(array: Any) -> tuple[NDArray[np.int64], Flags]:
    """Whole numbers from 0, null as 0; and where a value is none."""
    found = cast_or_null(array if pa.types.is_integer(array.type) else as_text(array)[0], pa.int64())
    numbers = found.fill_null(-1).to_numpy(zero_copy_only=False)
    bad = present(array) & ((numbers < 0) | (numbers > 1 << 30))
    return np.where(numbers < 0, 0, numbers), bad


def as_micros(array: Any) -> tuple[NDArray[np.int64], Flags]:
    """Microseconds since 1970, and where they are known. Without a zone it is UTC; numbers count since 1970."""
    kind = array.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        to = pa.timestamp("us", tz=getattr(kind, "tz", None))
        # nanoseconds lose digits, coarser units may be too late for microseconds
        found = array.cast(to, safe=False) if getattr(kind, "unit", "") == "ns" else cast_or_null(array, to)
    elif pa.types.is_integer(kind):
        micros = _since_1970(array.cast(pa.int64(), safe=False).fill_null(0).to_numpy(zero_copy_only=False))
        return micros, micros > 0
    elif pa.types.is_floating(kind):
        numbers = array.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
        numbers = np.where((numbers > 0) & (numbers < _LATEST), numbers, 0)
        whole = np.trunc(numbers).astype(np.int64)
        micros = _since_1970(whole, numbers - whole)
        return micros, micros > 0
    else:
        return _told(pc.utf8_trim_whitespace(as_text(array)[0]))
    micros = found.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return micros, micros > 0


def _told(text: Any) -> tuple[NDArray[np.int64], Flags]:
    """Each as it is written: a file may have both."""
    micros = _parsed(text).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    numeric = pc.match_substring_regex(text, _NUMBER)
    if flags(numeric).any():
        number = pc.if_else(numeric, text, pa.scalar("0", pa.string())).fill_null("0")
        whole = cast_or_null(pc.replace_substring_regex(number, r"\..*$", ""), pa.int64()).fill_null(0)
        fraction = pc.replace_substring_regex(number, r"^\d+", "0").cast(pa.float64())
        counted = _since_1970(whole.to_numpy(zero_copy_only=False), fraction.to_numpy(zero_copy_only=False))
        micros = np.where(flags(numeric), counted, micros)
    return micros, micros > 0


def _parsed(text: Any) -> Any:
    text = pc.if_else(pc.match_substring_regex(text, _MOMENT), text, pa.scalar(None, pa.string()))
    text = pc.replace_substring_regex(text, pattern=_FINER, replacement=r"\1")
    text = pc.replace_substring_regex(text, pattern=r" ?(Z|UTC|GMT)$", replacement="Z")
    text = pc.replace_substring_regex(text, pattern=r" ([+-][0-9:]+)$", replacement=r"\1")
    zoned = pc.match_substring_regex(text, _ZONE)
    # the date itself ends in -NN, but a time stands behind it
    text = pc.if_else(zoned, text, pc.binary_join_element_wise(text, "Z", ""))
    return cast_or_null(text, pa.timestamp("us", "UTC"))


def _since_1970(whole: NDArray[np.int64], fraction: Any = 0) -> NDArray[np.int64]:
    """Of whole numbers in any unit, and the fractions behind them."""
    whole = np.maximum(whole, 0)
    per_us = np.select([whole < _SECONDS, whole < _MILLIS, whole < _MICROS], [1_000_000, 1_000, 1], 0)
    found: NDArray[np.int64] = np.where(per_us > 0, whole * per_us, whole // 1_000)
    found += np.rint(fraction * per_us).astype(np.int64)
    return found
