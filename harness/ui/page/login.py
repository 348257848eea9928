"""The login: one password in front of every page, asked for by Locust's own form."""

import hmac
import os
import secrets
from typing import Any

import gevent
from flask import Flask, redirect, request, session, url_for
from flask_login import UserMixin, login_user  # type: ignore[import-untyped] # it ships no types

_NAME = "cockpit"
_WRONG_PAUSE_S = 1.0


class _Person(UserMixin):  # type: ignore[misc] # as above
    """Whoever knows the password."""

    id = _NAME


def ask_for_password(web_ui: Any) -> None:
    """`--web-login`: Locust shows the form and refuses the rest; who may pass is decided here."""
    app: Flask = web_ui.app
    # of this process alone: when it ends, everybody is logged out
    app.secret_key = secrets.token_hex(32)
    web_ui.login_manager.user_loader(lambda name: _Person() if name == _NAME else None)
    web_ui.auth_args = {
        "title": "chatbench",
        "custom_form": {
            "inputs": [{"label": "Password", "name": "password", "is_secret": True}],
            "callback_url": "/cockpit-login",
            "submit_button_text": "Open the cockpit",
        },
    }

    def log_in() -> Any:
        given = request.form.get("password", "")
        if hmac.compare_digest(given.encode(), os.environ["CHATBENCH_UI_PASSWORD"].encode()):
            session["auth_error"] = None
            login_user(_Person())
            return redirect(url_for("locust.index"))
        gevent.sleep(_WRONG_PAUSE_S)  # for each guess; other requests go on meanwhile
        session["auth_error"] = (
            "That is not the password: CHATBENCH_UI_PASSWORD where chatbench was started, or what it printed there."
        )
        return redirect(url_for("locust.login"))

    app.add_url_rule("/cockpit-login", "cockpit_login", log_in, methods=["POST"])
