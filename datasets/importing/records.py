"""Records: a CSV's bytes in which every record is whole, so that a broken one costs its own line and no other.

A reader of CSV takes what follows a quote that never closes, up to the next quote or the end of the file, for one
text: thousands of rows are lost in one. Here a record must close its quotes where the field ends, and have as many
fields as the header. Of one that does not, the first line is replaced by a mark, which Arrow's reader refuses and
numbers; what stands behind it is read as records of their own.

One pattern matches as many good records as stand in a row, so Python looks at broken ones alone.
"""

import csv
import io
import re
from typing import Any

from datasets.importing.reasons import Reason

#: A record that does not end within so many bytes is broken.
LONGEST_BYTES = 8 << 20
_FILL_BYTES = 2 << 20
_BOM = b"\xef\xbb\xbf"
_DELIMITERS = b",;\t|"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_MARK = "\0"


class Records(io.RawIOBase):
    """A stream of what stands behind the header, which is read at once."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source, self._rest, self._ready = source, b"", b""
        self._is_last = self._in_long_line = False
        while not self._is_last and len(self._rest) < _FILL_BYTES:
            self._fill()
        self._rest = self._rest.removeprefix(_BOM)
        line = _LINE_END.split(self._rest, maxsplit=1)[0]
        self.delimiter = chr(max(_DELIMITERS, key=line.count))
        self._any = re.compile(_record(self.delimiter, "*") + rb"(?=[\r\n])")
        #: Names of the columns; none where the first record is blank or broken.
        self.header = self._read_header()
        good = _record(self.delimiter, f"{{{max(len(self.header) - 1, 0)}}}")
        self._begun = re.compile(_begun(self.delimiter))
        self._good = re.compile(rb"(?:(?:" + good + rb"|)(?:\r\n|\n|\r))*+")

    def _read_header(self) -> list[str]:
        found = self._any.match(self._rest)
        if not found or not found[0].strip():
            return []
        end = _LINE_END.match(self._rest, found.end())
        self._rest = self._rest[end.end() :] if end else b""
        text = found[0].decode("utf-8", "replace")
        return next(csv.reader([text], delimiter=self.delimiter))

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands behind the header, before anything is read."""
        return not self._rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._ready and (self._rest or not self._is_last):
            self._ready = self._whole()
            if not self._ready:
                self._fill()
        found, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return found

    def _fill(self) -> None:
        more = self._source.read(_FILL_BYTES)
        self._is_last = not more
        if self._in_long_line and more:
            end = _LINE_END.search(more)
            self._in_long_line = end is None
            more = more[end.end() :] if end else b""
        self._rest += more
        if self._is_last and self._rest and not self._rest.endswith((b"\n", b"\r")):
            self._rest += b"\n"

    def _whole(self) -> bytes:
        """What is whole of the rest, and marks; what may be the beginning of a record stays."""
        rest, at, parts = self._rest, 0, []
        # a line may end in \r\n, of which the second is not read yet
        until = len(rest) - (rest.endswith(b"\r") and not self._is_last)
        while at < until:
            good = self._good.match(rest, at, until)
            stop = good.end() if good else at
            parts.append(rest[at:stop])
            at = stop
            if at == until or self._may_go_on(at, until):
                break
            line = _LINE_END.search(rest, at)
            parts.append(self._mark(at, line.start() if line else None))
            self._in_long_line = line is None
            at = line.end() if line else len(rest)
        self._rest = rest[at:]
        return b"".join(parts)

    def _may_go_on(self, at: int, until: int) -> bool:
        """Whether more bytes could make a record of what stands there."""
        return not self._is_last and until - at < LONGEST_BYTES and bool(self._begun.match(self._rest, at, until))

    def _mark(self, begin: int, end: int | None) -> bytes:
        """In place of a line that begins a broken record: one of a field too many."""
        if end is None or end - begin >= LONGEST_BYTES:
            reason = Reason.TOO_LONG
        else:
            found = self._any.match(self._rest, begin)
            is_record = found is not None and found.end() == end
            reason = Reason.WRONG_COLUMNS if is_record else Reason.BAD_QUOTES
        return (f"{_MARK}{reason:d}" + self.delimiter * len(self.header) + "\n").encode()


def reason_of(mark: str) -> Reason:
    """Of a row that the reader refused: the mark's, or what readers refuse rows for."""
    number = "".join(filter(str.isdigit, mark))
    return Reason(int(number)) if mark.startswith(_MARK) and number else Reason.WRONG_COLUMNS


def _record(delimiter: str, more: str) -> bytes:
    """A pattern: a field and more of them. The quantifiers are possessive, so that no file makes it slow."""
    field, between = _field(delimiter), re.escape(delimiter)
    return rf"{field}(?:{between}{field}){more}+".encode()


def _begun(delimiter: str) -> bytes:
    """A pattern: some fields, and one that the end of what is read may have cut."""
    field, between = _field(delimiter), re.escape(delimiter)
    return rf'(?:{field}{between})*+(?:"[^"]*+(?:""[^"]*+)*+"?|{field})\Z'.encode()


def _field(delimiter: str) -> str:
    """Bare, quoted or nothing; in a bare one quotes are quotes."""
    other = re.escape(delimiter) + r"\r\n"
    return rf'(?:[^"{other}][^{other}]*+|"[^"]*+(?:""[^"]*+)*+"|)'
