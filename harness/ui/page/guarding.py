"""Guarding: other web sites that the same browser has open may not start or read tests."""

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, request


def guard_against_others(app: Flask, *, web_login: bool) -> None:
    """Locust answers every origin; a browser names the page a request comes from, and only ours may ask.

    Without a login the page is this machine's own, so a name that merely leads here (DNS rebinding) is refused too.
    """

    def refuse() -> Response | None:
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.host:
            return _no(f"{origin} is another site, so nothing was done.")
        if not web_login and not _is_this_machine(urlsplit(f"//{request.host}").hostname or ""):
            return _no(f"{request.host} is not this machine's own name. Open http://127.0.0.1 with the port instead.")
        return None

    app.before_request(refuse)


def _is_this_machine(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _no(why: str) -> Response:
    return Response(why, status=403, mimetype="text/plain")
