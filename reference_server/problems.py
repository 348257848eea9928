"""Problems: every error as RFC 9457 problem details."""

import http
import logging
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from reference_server.errors import ChatError, Unauthorized, Unavailable

_LOG = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_CODES = {404: "no_such_route", 405: "method_not_allowed"}
_EXTRA_HEADERS: Mapping[type[ChatError], Mapping[str, str]] = {
    Unauthorized: {"WWW-Authenticate": "Bearer"},
    Unavailable: {"Retry-After": "1"},
}


def details(error: ChatError) -> dict[str, Any]:
    """The problem object; `code` is for programs, `detail` for people."""
    return {
        "type": f"urn:chatbench:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": str(error),
    }


def body_of(error: ChatError) -> bytes:
    return orjson.dumps(details(error))


async def on_chat_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ChatError)
    return of_chat_error(error)


def of_chat_error(error: ChatError) -> Response:
    return _response(details(error), _EXTRA_HEADERS.get(type(error)))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: no such route, method not allowed."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "http_error")
    detail = f"{request.method} {request.url.path[:200]} is not something this server answers. See /openapi.json."
    return _response(
        {
            "type": f"urn:chatbench:problem:{code}",
            "title": http.HTTPStatus(error.status_code).phrase,
            "status": error.status_code,
            "code": code,
            "detail": detail,
        },
        error.headers,
    )


async def on_unexpected(request: Request, error: Exception) -> Response:
    """Our own mistake: the log tells all, the answer nothing."""
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return of_unexpected()


def of_unexpected() -> Response:
    return of_chat_error(ChatError("Something failed inside the server; its log says what. Retry later."))


def _response(problem: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(problem),
        status_code=problem["status"],
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )
