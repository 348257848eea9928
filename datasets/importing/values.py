"""Values: columns of any type as texts, numbers, flags and moments; what cannot be read is told, not guessed."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Flags = NDArray[np.bool_]

_YES, _NO = ["true", "t", "yes", "1"], ["false", "f", "no", "0"]
_MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$"
#: Of microseconds; finer digits are cut.
_FINER = r"(\.\d{6})\d+"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"
#: Whole numbers since 1970 below these are seconds, milliseconds, microseconds; others are nanoseconds.
_SECONDS, _MILLIS, _MICROS = 100_000_000_000, 100_000_000_000_000, 100_000_000_000_000_000


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
            [None if one is None else orjson.dumps(one).decode() for one in array.to_pylist()], pa.string()
        )
    elif pa.types.is_dictionary(kind):
        return as_text(array.dictionary_decode())
    elif pa.types.is_fixed_size_binary(kind):
        array = pa.array([None if one is None else one.hex() for one in array.to_pylist()], pa.string())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _decoded(array)
    return array.cast(pa.string()), np.zeros(len(array), dtype=np.bool_)


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
    """Microseconds since 1970, and where they are known. Without a zone it is UTC; whole numbers count since 1970."""
    kind = array.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        found = array.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False).cast(pa.int64())
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _since_1970(array.cast(pa.float64()) if pa.types.is_floating(kind) else array)
    else:
        text, _ = as_text(array)
        numeric = flags(pc.match_substring_regex(text, r"^\d{9,19}$"))
        if numeric.sum() * 2 > present(text).sum():
            return _since_1970(cast_or_null(text, pa.int64()))
        found = _parsed(text).cast(pa.int64())
    micros = found.fill_null(0).to_numpy(zero_copy_only=False)
    return micros, micros > 0


def _parsed(text: Any) -> Any:
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.match_substring_regex(text, _MOMENT), text, pa.scalar(None, pa.string()))
    text = pc.replace_substring_regex(text, pattern=_FINER, replacement=r"\1")
    zoned = pc.match_substring_regex(text, _ZONE)
    # the date itself ends in -NN, but a time stands behind it
    text = pc.if_else(zoned, text, pc.binary_join_element_wise(text, "Z", ""))
    return cast_or_null(text, pa.timestamp("us", "UTC"))


def _since_1970(array: Any) -> tuple[NDArray[np.int64], Flags]:
    raw = array.fill_null(0).to_numpy(zero_copy_only=False)
    whole = raw.astype(np.int64)
    micros = np.where(
        whole < _SECONDS,
        (raw * 1_000_000).astype(np.int64) if raw.dtype.kind == "f" else whole * 1_000_000,
        np.where(whole < _MILLIS, whole * 1_000, np.where(whole < _MICROS, whole, whole // 1_000)),
    )
    return micros, micros > 0
