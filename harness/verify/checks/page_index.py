"""Cursor pages reach a conversation's messages through an index that leads with the conversation."""

from collections.abc import Awaitable, Callable, Iterator
from copy import copy
from typing import Any

import orjson

from harness.verify.errors import CouldNotRun
from harness.verify.finding import Finding, from_problems
from harness.verify.foreign_plans import plan_in_shard
from harness.verify.site import Site, rolled_back
from reference_server.chat import Chat
from reference_server.database import Database
from reference_server.names import Names

_LONG = """
SELECT id, user1_id FROM conversations WHERE last_message_id IS NOT NULL ORDER BY last_message_at DESC LIMIT 1
"""
_LIMIT = 50


async def check(site: Site) -> Finding:
    row = await site.database.fetchrow(site.own(_LONG))
    if row is None:
        raise CouldNotRun("there is no conversation with a message whose pages could be planned")
    page = await site.chat.newest_page(row["user1_id"], row["id"], limit=1)
    cursor = page.next
    if cursor is None:
        raise CouldNotRun("the newest page of a conversation is empty")
    user, conversation = row["user1_id"], row["id"]
    plans = {
        "newest page": await _plan(site, lambda chat: chat.newest_page(user, conversation, limit=_LIMIT)),
        "older page": await _plan(site, lambda chat: chat.older_page(user, conversation, before=cursor, limit=_LIMIT)),
    }
    names = site.variant.names
    seen = {name: how(plan, names) for name, plan in plans.items()}
    problems = [f"{name}: {seen[name]}" for name, plan in plans.items() if not finds_by_conversation(plan, names)]
    return from_problems(problems, "; ".join(f"{name}: {told}" for name, told in seen.items()))


async def _plan(site: Site, page: Callable[[Chat], Awaitable[object]]) -> dict[str, Any]:
    """Without sequential scans wherever an index will do: on little data the planner's own choice says nothing."""
    chat = copy(site.chat)
    noted = _Noted(site.chat.db)
    chat.db = noted  # type: ignore[assignment] # the part of it that pages use
    await page(chat)
    sql, arguments = noted.statements[0]
    async with rolled_back(site.database):
        await site.database.execute("SET LOCAL enable_seqscan = off")
        rows = await site.database.fetch(f"EXPLAIN (FORMAT JSON, VERBOSE)\n{sql}", *arguments)
    plan: dict[str, Any] = orjson.loads(rows[0][0])[0]["Plan"]
    for scan in [node for node in nodes(plan) if "Remote SQL" in node]:
        scan["Plans"] = [await plan_in_shard(site.database, scan)]
    return plan


class _Noted:
    """A database that notes what it is asked: what a page is asked with differs between page methods."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: list[tuple[str, tuple[Any, ...]]] = []

    async def fetch(self, sql: str, *arguments: Any) -> Any:
        self.statements.append((sql, arguments))
        return await self._database.fetch(sql, *arguments)


def finds_by_conversation(plan: dict[str, Any], names: Names) -> bool:
    """No table of messages is read whole, and each is entered by conversation."""
    messages, conversation = names.table("messages"), str(names.column("messages", "conversation_id"))
    of_messages = [node for node in nodes(plan) if str(node.get("Relation Name", "")).startswith(messages)]
    by_index = [node for node in nodes(plan) if conversation in str(node.get("Index Cond", ""))]
    return bool(by_index) and not any(node["Node Type"] == "Seq Scan" for node in of_messages)


def how(plan: dict[str, Any], names: Names) -> str:
    """The scans of messages, each kind once."""
    kinds = {
        f"{node['Node Type']}{' using ' + node['Index Name'] if 'Index Name' in node else ''}"
        for node in nodes(plan)
        if names.table("messages") in str(node.get("Relation Name", "")) + str(node.get("Index Name", ""))
    }
    shown = sorted(kinds)
    return ", ".join(shown[:2]) + (f" and {len(shown) - 2} more" if len(shown) > 2 else "")  # noqa: PLR2004


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)
