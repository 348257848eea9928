"""What an import is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class TextMode(StrEnum):
    """What becomes of texts."""

    #: as they are
    KEEP = "keep"
    #: others of as many characters and bytes
    PHRASES = "phrases"
    #: made from given lengths: the file has no texts
    LENGTH = "length"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One import."""

    name: str
    files: tuple[Path, ...]
    users: Path | None = None
    blocks: Path | None = None
    #: field → column, where the names do not tell
    columns: Mapping[str, str] = field(default_factory=dict)
    text: TextMode
    #: key of the ids' hash; None: ids are kept
    salt: bytes | None = None
    #: of all that is made up: texts, missing read times
    seed: int = 1
    #: later times are rejected
    as_of: datetime

    @property
    def is_anonymous(self) -> bool:
        return self.salt is not None or self.text is not TextMode.KEEP
