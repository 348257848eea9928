"""Two users have one conversation, whoever opens it and however often, even at once."""

import asyncio

from harness.conform.errors import Deviation
from harness.conform.site import Site


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    at_once = await asyncio.gather(*(site.conversation(*pair) for pair in [(ann, bob), (bob, ann)] * 4))
    if len(set(at_once)) != 1:
        raise Deviation(f"8 requests at once made {len(set(at_once))} conversations of one pair")
    body = await site.got("POST", "/v1/conversations", bob, json={"user_id": ann}, schema="Conversation")
    if {body["user1_id"], body["user2_id"]} != {str(ann), str(bob)}:
        raise Deviation("the conversation's user1_id and user2_id are not its two members")
    return "one conversation of 9 requests"
