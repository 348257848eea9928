"""Kept answers: asked once of a (dataset, variant), then read from the home."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path

import orjson

import reference_server
from harness.verify import answers as asking
from harness.verify.answers import Answers


async def kept_answers(home: Path, snapshot_fingerprint: str, ask: Callable[[], Awaitable[Answers]]) -> Answers:
    """The kept answers of a snapshot's content, or those that `ask` gets now."""
    path = home / "answers" / f"{snapshot_fingerprint}-{_asker()}.json"
    if path.exists():
        kept: Answers = orjson.loads(path.read_bytes())
        return kept
    answers = await ask()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(answers))
    return answers


@lru_cache(maxsize=1)
def _asker() -> str:
    """Changes with the code that asks and answers: kept answers are of no use to another version."""
    files = [Path(asking.__file__), *sorted(Path(reference_server.__file__).parent.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:8]
