"""REST: the routes as a table; each takes a request apart, asks one use case and writes its answer down."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reference_server import pages, requests
from reference_server.chat import Chat
from reference_server.records import MessageId

_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request of a known user."""

    chat: Chat
    user: UUID
    request: Request

    def id(self, name: str = "id") -> UUID:
        return requests.path_id(self.request, name)

    def message_id(self) -> MessageId:
        if self.chat.numbered:
            return requests.path_number(self.request, "id")
        return self.id()


#: Answers a body, None for 204, or a response of its own.
Handler = Callable[[Call], Awaitable[Response | bytes | None]]


async def open_conversation(call: Call) -> bytes:
    fields = await requests.json_object(call.request)
    requests.only(fields, ("user_id",))
    other = requests.uuid(fields.get("user_id"), "user_id")
    return pages.conversation(await call.chat.open_conversation(call.user, other))


async def conversation_list(call: Call) -> bytes:
    limit, before = requests.page_limit(call.request), requests.page_start(call.request)
    return pages.conversations(await call.chat.conversation_list(call.user, limit=limit, before=before))


async def messages(call: Call) -> bytes:
    conversation = call.id()
    limit, before = requests.page_limit(call.request), requests.page_start(call.request)
    if before is None:
        return pages.messages(await call.chat.newest_page(call.user, conversation, limit=limit), conversation)
    return pages.messages(await call.chat.older_page(call.user, conversation, before=before, limit=limit), conversation)


async def send(call: Call) -> Response:
    conversation = call.id()
    draft = requests.draft(await requests.json_object(call.request))
    sent = await call.chat.send(call.user, conversation, draft)
    return Response(pages.message(sent.message), 201 if sent.is_new else 200, _JSON)


async def media_gallery(call: Call) -> bytes:
    kind = call.request.query_params.get("type", "image")
    limit, before = requests.page_limit(call.request), requests.page_start(call.request)
    conversation = call.id()
    shown = await call.chat.media_gallery(call.user, conversation, kind=kind, limit=limit, before=before)
    return pages.messages(shown, conversation)


async def mark_read(call: Call) -> bytes:
    return pages.count("read", await call.chat.mark_read(call.user, call.id()))


async def unread_total(call: Call) -> bytes:
    return pages.count("unread", await call.chat.unread_total(call.user))


async def unread_conversation(call: Call) -> bytes:
    return pages.count("unread", await call.chat.unread_conversation(call.user, call.id()))


async def heartbeat(call: Call) -> None:
    await call.chat.heartbeat(call.user)


async def offline(call: Call) -> None:
    await call.chat.go_offline(call.user)


async def presence_lookup(call: Call) -> bytes:
    fields = await requests.json_object(call.request)
    requests.only(fields, ("user_ids",))
    users = requests.uuids(fields.get("user_ids"), "user_ids")
    return pages.presences(await call.chat.presence_lookup(call.user, users))


async def last_seen(call: Call) -> bytes:
    return pages.dumps({"last_seen": await call.chat.last_seen(call.user, call.id())})


async def block_list(call: Call) -> bytes:
    limit, before = requests.page_limit(call.request), requests.page_start(call.request)
    return pages.blocks(await call.chat.block_list(call.user, limit=limit, before=before))


async def block_check(call: Call) -> bytes:
    return pages.block_status(await call.chat.block_check(call.user, call.id()))


async def block_add(call: Call) -> None:
    await call.chat.block_add(call.user, call.id())


async def block_remove(call: Call) -> None:
    await call.chat.block_remove(call.user, call.id())


async def delete_message(call: Call) -> None:
    await call.chat.delete_message(call.user, call.message_id())


async def sign_up(call: Call) -> None:
    fields = await requests.json_object(call.request)
    requests.only(fields, ("username",))
    await call.chat.sign_up(call.user, requests.text(fields.get("username"), "username"))


async def delete_user(call: Call) -> None:
    await call.chat.delete_user(call.user)


#: Method, path, handler. The busiest first: routes are tried in order.
TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/v1/conversations/{id}/messages", messages),
    ("POST", "/v1/conversations/{id}/messages", send),
    ("GET", "/v1/conversations", conversation_list),
    ("POST", "/v1/conversations", open_conversation),
    ("POST", "/v1/conversations/{id}/read", mark_read),
    ("GET", "/v1/conversations/{id}/unread", unread_conversation),
    ("GET", "/v1/conversations/{id}/media", media_gallery),
    ("GET", "/v1/unread", unread_total),
    ("POST", "/v1/presence/heartbeat", heartbeat),
    ("POST", "/v1/presence/offline", offline),
    ("POST", "/v1/presence/lookup", presence_lookup),
    ("GET", "/v1/users/{id}/last-seen", last_seen),
    ("GET", "/v1/blocks", block_list),
    ("GET", "/v1/blocks/{id}", block_check),
    ("PUT", "/v1/blocks/{id}", block_add),
    ("DELETE", "/v1/blocks/{id}", block_remove),
    ("DELETE", "/v1/messages/{id}", delete_message),
    ("PUT", "/v1/users/me", sign_up),
    ("DELETE", "/v1/users/me", delete_user),
)


def routes(secret: bytes) -> list[Route]:
    """One route per path, so that a wrong method is answered 405 with the right ones."""
    by_path: dict[str, dict[str, Handler]] = {}
    for method, path, handler in TABLE:
        by_path.setdefault(path, {})[method] = handler
    return [Route(path, _endpoint(handlers, secret), methods=list(handlers)) for path, handlers in by_path.items()]


def _endpoint(handlers: dict[str, Handler], secret: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        user = requests.bearer(request.headers.get("authorization"), secret=secret).user
        handler = handlers["GET" if request.method == "HEAD" else request.method]
        made = await handler(Call(chat=request.state.chat, user=user, request=request))
        if isinstance(made, Response):
            return made
        return Response(status_code=204) if made is None else Response(made, 200, _JSON)

    return answer
