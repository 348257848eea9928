"""Every refusal is a problem (RFC 9457): application/problem+json with type, title, status, code and detail."""

from uuid import uuid4

from harness.conform.errors import Deviation
from harness.conform.schemas import check_body
from harness.conform.site import Answer, Site, draft

_ERRORS = 400
_UNAUTHORIZED = 401


async def check(site: Site) -> str:
    ann, bob = await site.newcomers(2)
    path = f"/v1/conversations/{await site.conversation(ann, bob)}/messages"
    asked = {
        "no token": await site.ask("GET", "/v1/conversations"),
        "an unknown conversation": await site.ask("GET", f"/v1/conversations/{uuid4()}/messages", ann),
        "an unknown route": await site.ask("GET", "/v1/nowhere", ann),
        "a wrong method": await site.ask("DELETE", "/v1/unread", ann),
        "malformed JSON": await site.ask("POST", path, ann, content=b"{"),
        "an empty message": await site.ask("POST", path, ann, json=draft("")),
        "a page of 0": await site.ask("GET", f"{path}?limit=0", ann),
        "a made-up cursor": await site.ask("GET", f"{path}?before=made-up", ann),
    }
    for what, answer in asked.items():
        _check_problem(what, answer)
    if "www-authenticate" not in asked["no token"].headers:
        raise Deviation("the 401 has no WWW-Authenticate header (RFC 9110, 11.6.1)")
    return f"{len(asked)} refusals looked at"


def _check_problem(what: str, answer: Answer) -> None:
    if answer.status < _ERRORS:
        return  # whether it is refused is another check's
    if answer.media_type != "application/problem+json":
        raise Deviation(f"{what} is refused as {answer.media_type}, expected application/problem+json")
    check_body("Problem", answer.body, what)
    if answer.body["status"] != answer.status:
        raise Deviation(f"{what}: the body says status {answer.body['status']}, the answer {answer.status}")
