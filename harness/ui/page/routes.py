"""The pages: what Locust's tabs get besides its own figures, and pages of ours under /cockpit."""

import inspect
import sys
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, send_file

from harness.ui.page.admission import guard_the_start
from harness.ui.page.desk import Desk
from harness.ui.page.guarding import guard_against_others
from harness.ui.page.link import Refused
from harness.ui.page.login import ask_for_password
from harness.ui.page.strip import add_strip
from harness.ui.page.tabs import TABS, tab_rows
from harness.ui.page.words import amount, bytes_of, duration, measured, share

_FILTERS = {"amount": amount, "duration": duration, "measured": measured, "bytes_of": bytes_of, "share": share}


def add_pages(web_ui: Any, desk: Desk) -> None:
    """Called once, before Locust's page is served."""
    app = web_ui.app
    app.jinja_env.filters.update(_FILTERS)
    web_ui.template_args.update(TABS)
    # the form's fields in the order in which they were added, not by the alphabet
    app.json.sort_keys = False
    app.jinja_env.policies["json.dumps_kwargs"] = {}
    guard_against_others(app, web_login=web_ui.web_login)
    if web_ui.web_login:
        ask_for_password(web_ui)
    app.register_blueprint(_cockpit(web_ui, desk))
    guard_the_start(web_ui, desk)
    classes = web_ui.environment.available_user_classes or {}
    add_strip(app, {name: _told(kind) for name, kind in classes.items()})

    def complete(response: Response) -> Response:
        """Locust's own figures, with ours beside them and the state that the test is really in."""
        if request.endpoint != "locust.request_stats" or not response.is_json:
            return response
        figures = response.get_json()
        figures["state"] = desk.state
        figures["extended_stats"] = tab_rows(desk)
        # Locust's page overlooks an answer that is like the one before, and with it that a test without figures ended
        figures["told_at"] = time.monotonic()
        return jsonify(figures)

    app.after_request(complete)


def _told(kind: type) -> str:
    """The first line of a scenario's file."""
    return (inspect.getdoc(sys.modules[kind.__module__]) or "").split("\n", 1)[0]


def _cockpit(web_ui: Any, desk: Desk) -> Blueprint:
    own = Path(__file__).parent
    pages = Blueprint(
        "cockpit",
        __name__,
        url_prefix="/cockpit",
        template_folder=str(own / "templates"),
        static_folder=str(own / "static"),
    )

    def view(path: str, function: Any) -> None:
        pages.add_url_rule(path, function.__name__, web_ui.auth_required_if_enabled(function))

    def status() -> Response:
        return jsonify(desk.link.ask("status"))

    def live_figures() -> Response:
        told = desk.link.ask("live", after=request.args.get("after", -1.0, float))
        return jsonify(told | {"counted": desk.deliveries.counted, "status": desk.link.ask("status")})

    def live() -> str:
        return render_template("live.html.j2", page="live")

    def compare() -> str:
        return render_template("compare.html.j2", page="compare", **desk.link.ask("compare"))

    def report(numbers: str) -> Response:
        wanted = [int(number) for number in numbers.split("-") if number.isdecimal()]
        try:
            told = desk.link.ask("report", tests=wanted, timeout_s=120.0)
        except Refused as refused:
            return Response(str(refused), status=404, mimetype="text/plain")
        attached = "download" in request.args
        return send_file(told["path"], mimetype="text/html", as_attachment=attached, download_name=told["name"])

    view("/status", status)
    view("/live.json", live_figures)
    view("/live", live)
    view("/compare", compare)
    view("/report/<numbers>", report)
    return pages
