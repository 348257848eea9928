"""What makes no sense is refused by its own status, and the next good request works."""

from uuid import uuid4

from harness.conform.errors import Deviation
from harness.conform.site import OK, Answer, Site

_MALFORMED, _NOT_FOUND, _WRONG_METHOD, _INVALID = 400, 404, 405, 422


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    path = f"/v1/conversations/{await site.conversation(ann, bob)}/messages"
    asked: list[tuple[str, int, Answer]] = [
        ("malformed JSON", _MALFORMED, await site.ask("POST", "/v1/conversations", ann, content=b"{")),
        ("a body that is no object", _INVALID, await site.ask("POST", "/v1/conversations", ann, json=[])),
        ("an id that is none", _INVALID, await site.ask("POST", "/v1/conversations", ann, json={"user_id": "x"})),
        ("a misspelt field", _INVALID, await site.ask("POST", "/v1/conversations", ann, json={"userid": str(bob)})),
        ("an unknown user", _NOT_FOUND, await site.ask("POST", "/v1/conversations", ann, json={"user_id": uuid4()})),
        ("oneself", _INVALID, await site.ask("POST", "/v1/conversations", ann, json={"user_id": ann})),
        ("limit=0", _INVALID, await site.ask("GET", f"{path}?limit=0", ann)),
        ("limit=201", _INVALID, await site.ask("GET", f"{path}?limit=201", ann)),
        ("limit=ten", _INVALID, await site.ask("GET", f"{path}?limit=ten", ann)),
        ("a made-up cursor", _MALFORMED, await site.ask("GET", f"{path}?before=made-up", ann)),
        ("a gallery of texts", _INVALID, await site.ask("GET", path.replace("messages", "media?type=text"), ann)),
        ("an unknown route", _NOT_FOUND, await site.ask("GET", "/v1/nowhere", ann)),
        ("a wrong method", _WRONG_METHOD, await site.ask("DELETE", "/v1/unread", ann)),
    ]
    problems = [
        f"{what}: {answer.status}, expected {status}" for what, status, answer in asked if answer.status != status
    ]
    if problems:
        raise Deviation("; ".join(problems))
    site.expect(await site.ask("GET", path, ann), OK, "the good request after them")
    return f"{len(asked)} requests refused"
