"""The typed command: what started this process, for the record, without the addresses that may hold passwords."""

import itertools
import shlex
from collections.abc import Sequence

#: Their values may hold a password or a secret.
_SECRET = ("--postgres", "--redis", "--token-secret", "--token-command")


def typed_command(words: Sequence[str]) -> str | None:
    """The words of `sys.argv` as one would type them; None where it was not chatbench's own command line."""
    if not words or not words[0].endswith("chatbench"):
        return None
    shown = ["chatbench"]
    for before, word in itertools.pairwise(words):
        option, has_value, _ = word.partition("=")
        if before in _SECRET:
            shown.append("…")
        else:
            shown.append(f"{option}=…" if has_value and option in _SECRET else word)
    return " ".join(word if "…" in word else shlex.quote(word) for word in shown)
