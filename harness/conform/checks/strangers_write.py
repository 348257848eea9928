"""Nobody changes what isn't theirs: a stranger's send, mark-read and delete are answered 404 and do nothing."""

from harness.conform.errors import Deviation
from harness.conform.site import Site, draft

_NOT_FOUND = 404


async def check(site: Site) -> str:
    ann, bob, eve = await site.newcomers(3)
    conversation = await site.conversation(ann, bob)
    message = await site.say(ann, conversation, "a secret")
    path = f"/v1/conversations/{conversation}"
    tried = {
        "a send": await site.ask("POST", f"{path}/messages", eve, json=draft("I was here")),
        "a mark-read": await site.ask("POST", f"{path}/read", eve),
        "a delete": await site.ask("DELETE", f"/v1/messages/{message['id']}", eve),
    }
    problems = [
        f"{what} answered {answer.status}, expected 404"
        for what, answer in tried.items()
        if answer.status != _NOT_FOUND
    ]
    newest = await site.page(bob, f"{path}/messages")
    if newest and (newest[0]["content"], newest[0]["is_read"]) != ("a secret", False):
        problems.append("the conversation is not as it was before the stranger came")
    if problems:
        raise Deviation("; ".join(problems))
    return f"404 to {', '.join(tried)}; nothing changed"
