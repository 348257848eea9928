"""Unread counts agree: the conversation list's, the recount of messages, and Redis's."""

from uuid import UUID

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text
from reference_server.cache.unread import conversation_key, total_key

_WRONG_ROWS = """
WITH recounted AS (
    SELECT conversation_id, receiver_id, count(*) AS unread FROM messages WHERE NOT is_read GROUP BY 1, 2
)
SELECT count(*) FROM conversations AS c
LEFT JOIN recounted AS one ON one.conversation_id = c.id AND one.receiver_id = c.user1_id
LEFT JOIN recounted AS two ON two.conversation_id = c.id AND two.receiver_id = c.user2_id
WHERE coalesce(c.user1_unread_count, 0) <> coalesce(one.unread, 0)
   OR coalesce(c.user2_unread_count, 0) <> coalesce(two.unread, 0)
"""


async def check(site: Site) -> Finding:
    problems = []
    if counts_in_rows(site) and (wrong := await site.total(_WRONG_ROWS)):
        problems.append(f"{wrong} conversations' counters differ from the recount of their messages")
    problems += await _follow(site)
    where = "every row equals its recount; " if counts_in_rows(site) else ""
    return from_problems(problems, where + "list, total, conversation and Redis agree after send, read and deletion")


def counts_in_rows(site: Site) -> bool:
    """Counters of the conversation's row are what this variant answers with, and messages carry is_read."""
    return site.option("unread_conversation") == "counter" and site.option("mark_read/messages") == "flag"


async def _follow(site: Site) -> list[str]:
    """Counts beside what was done, at each step."""
    chat = site.chat
    ann, bob = await site.newcomers(2)
    conversation = (await chat.open_conversation(ann, bob))["id"]
    problems = await _compare(site, bob, conversation, 0, "at first")
    for number in range(3):
        await chat.send(ann, conversation, text(f"message {number}"))
    problems += await _compare(site, bob, conversation, 3, "after 3 sends")
    await chat.mark_read(bob, conversation)
    problems += await _compare(site, bob, conversation, 0, "after reading")
    doomed = (await chat.send(ann, conversation, text("doomed"))).message["id"]
    await chat.send(ann, conversation, text("kept"))
    problems += await _compare(site, bob, conversation, 2, "after 2 more")
    await chat.delete_message(ann, doomed)
    problems += await _compare(site, bob, conversation, 1, "after a deletion")
    return problems + await _compare(site, ann, conversation, 0, "for the sender")


async def _compare(site: Site, user: UUID, conversation: UUID, expected: int, when: str) -> list[str]:
    chat = site.chat
    listed = (await chat.conversation_list(user, limit=5)).rows
    # twice: what Redis lacked at first it has then
    answers = {
        "list": sum(row["unread_count"] for row in listed),
        "total": await chat.unread_total(user),
        "total again": await chat.unread_total(user),
        "conversation": await chat.unread_conversation(user, conversation),
        "conversation again": await chat.unread_conversation(user, conversation),
    }
    for name, key in (("Redis total", total_key(user)), ("Redis conversation", conversation_key(user, conversation))):
        if (stored := await site.redis.get(key)) is not None:
            answers[name] = int(stored)
    wrong = ", ".join(f"{name} {value}" for name, value in answers.items() if value != expected)
    return [f"{when}: {wrong} instead of {expected}"] if wrong else []
