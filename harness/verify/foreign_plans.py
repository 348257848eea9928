"""Foreign plans: how the shards behind foreign partitions carry out what a plan asks of them."""

from typing import Any

import asyncpg
import orjson

#: Where a foreign table's server is, and as whom it is entered.
_PLACE = """
SELECT o.option_name, o.option_value
FROM pg_foreign_table AS t
JOIN pg_foreign_server AS s ON s.oid = t.ftserver
JOIN pg_user_mappings AS u ON u.srvid = s.oid AND u.usename = current_user,
LATERAL pg_options_to_table(s.srvoptions || u.umoptions) AS o
WHERE t.ftrelid = to_regclass($1)
"""
_ASKED = {"host": "host", "port": "port", "dbname": "database", "user": "user"}


async def plan_in_shard(database: asyncpg.Connection, scan: dict[str, Any]) -> dict[str, Any]:
    """The plan of a Foreign Scan's remote SQL, without sequential scans wherever an index will do."""
    rows = await database.fetch(_PLACE, scan["Relation Name"])
    place = {_ASKED[row["option_name"]]: row["option_value"] for row in rows if row["option_name"] in _ASKED}
    shard = await asyncpg.connect(**{**place, "port": int(place["port"])})
    try:
        await shard.execute("SET enable_seqscan = off")
        explained = await shard.fetchval(f"EXPLAIN (FORMAT JSON) {scan['Remote SQL']}")
    finally:
        await shard.close()
    plan: dict[str, Any] = orjson.loads(explained)[0]["Plan"]
    return plan
