"""A message carries text or media."""

from uuid import uuid4

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(ann, bob))["id"]
    statement = site.variant.queries["send/insert"].text
    how = await site.refusal(
        statement, uuid4(), conversation, ann, bob, "text", None, None, at=await site.home(conversation)
    )
    return from_problems(["a message with neither was stored"] if how is None else [], f"refused by {how}")
