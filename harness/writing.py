"""Writing: scenarios and sweeps that write are not for variants that take no writes."""

import ast
from collections.abc import Collection, Sequence

from reference_server.foreign import takes_writes
from reference_server.variant import load_variant

#: Operations of a client that change what is stored.
WRITES = frozenset(
    {"send", "mark_read", "delete_message", "delete_user", "open_conversation", "block_add", "block_remove"}
)


def writes(source: str) -> bool:
    """Whether a scenario calls such an operation; its text is read, since importing it would patch this process."""
    return any(isinstance(node, ast.Attribute) and node.attr in WRITES for node in ast.walk(ast.parse(source)))


def readers_only(lanes: Sequence[str]) -> list[str]:
    """Those that take no writes."""
    return [lane for lane in lanes if not takes_writes(load_variant(lane))]


def refusal(what: str, lanes: Sequence[str], reading: Collection[str]) -> tuple[str, str]:
    """The problem, and what was expected instead."""
    problem = (
        f"{what} writes, and {', '.join(lanes)} only {'reads' if len(lanes) == 1 else 'read'}, so every write fails"
    )
    return problem, f"a scenario that only reads ({', '.join(sorted(reading))}), or variants that take writes"
