"""Limited: a run's warnings that its PostgreSQL did not tell everything."""

from collections.abc import Mapping
from typing import Any

LIMITED = "limited_evidence"


def limit_warnings(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One for each limit that the run's record names."""
    server = manifest["environment"].get("postgres") or {}
    return [{"kind": LIMITED, "text": f"your PostgreSQL: {said}"} for said in server.get("limits") or ()]
