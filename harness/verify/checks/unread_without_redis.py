"""Unread counts outlive Redis: emptied, it is filled again from the database."""

from harness.verify.finding import Finding, from_problems
from harness.verify.site import Site, text


async def check(site: Site) -> Finding:
    ann, bob = await site.newcomers(2)
    conversation = (await site.chat.open_conversation(ann, bob))["id"]
    for number in range(3):
        await site.chat.send(ann, conversation, text(f"message {number}"))
    await site.chat.unread_total(bob)
    async for key in site.redis.scan_iter(match=f"*{bob}*"):
        await site.redis.delete(key)
    answers = {
        "total": await site.chat.unread_total(bob),
        "conversation": await site.chat.unread_conversation(bob, conversation),
    }
    problems = [f"{name} {value} instead of 3" for name, value in answers.items() if value != 3]  # noqa: PLR2004
    return from_problems(problems, "3 unread before Redis lost its keys, 3 after")
