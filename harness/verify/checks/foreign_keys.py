"""A row that names a user or conversation that does not exist is refused."""

from typing import Any
from uuid import UUID, uuid4

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site

#: Before and after every other user, so that no check of the pair's order answers first.
_LEAST, _GREATEST = UUID(int=1), UUID(int=2**128 - 1)
_CONVERSATION = "INSERT INTO conversations (user1_id, user2_id) VALUES ($1, $2)"
_BLOCK = "INSERT INTO blocks (blocker_id, blocked_id) VALUES ($1, $2)"


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(ann, bob))["id"]
    nobody = uuid4()
    pair, block = site.own(_CONVERSATION), site.own(_BLOCK)
    message = site.variant.queries["send/insert"].text
    attempts: dict[str, tuple[str, tuple[Any, ...]]] = {
        "conversations.user1_id": (pair, (_LEAST, bob)),
        "conversations.user2_id": (pair, (ann, _GREATEST)),
        "messages.conversation_id": (message, (uuid4(), nobody, ann, bob, "text", "x", None)),
        "messages.sender_id": (message, (uuid4(), conversation, nobody, bob, "text", "x", None)),
        "messages.receiver_id": (message, (uuid4(), conversation, ann, nobody, "text", "x", None)),
        "blocks.blocker_id": (block, (nobody, bob)),
        "blocks.blocked_id": (block, (ann, nobody)),
    }
    home = await site.home(conversation)
    taken = [
        name for name, (sql, arguments) in attempts.items() if await site.refusal(sql, *arguments, at=home) is None
    ]
    problems = [f"{', '.join(taken)} took an id that does not exist"] if taken else []
    return from_problems(problems, f"{len(attempts)} dangling references refused")
