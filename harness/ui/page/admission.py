"""Admission: what Locust's start button sends is checked whole before anything starts, and a shape is put in its place.

Locust itself takes numbers that are none for a fault of its own, and a second start for a change of the first.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, request
from locust.util.timespan import parse_timespan
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from harness.ui.choices import LEVEL
from harness.ui.errors import ChoiceError
from harness.ui.fields import read_numbers
from harness.ui.page.desk import Desk
from harness.ui.page.link import Refused
from scenarios.choosing import shape_named
from scenarios.mix import SHAPES

#: Fields that are words.
_WORDS = ("variant", "dataset", "target", "url", "arrivals", "shape")
_FIXED = "What a scenario's users do is fixed, so that tests of it can be compared. A mix of your own is a file."


def guard_the_start(web_ui: Any, desk: Desk) -> None:
    """Called once, before Locust's page is served."""
    environment = web_ui.environment
    environment.available_shape_classes = {name: shape_named(name) for name in SHAPES}
    views = web_ui.app.view_functions
    views["locust.swarm"] = web_ui.auth_required_if_enabled(_checked(views["locust.swarm"], environment, desk))
    views["locust.stop"] = web_ui.auth_required_if_enabled(_once(views["locust.stop"], desk))
    views["locust.update_user"] = web_ui.auth_required_if_enabled(_fixed)


def _checked(swarm: Callable[[], Response], environment: Any, desk: Desk) -> Callable[[], Response]:
    def start() -> Response:
        try:
            values = _typed(request.form)
            choices = desk.admit(vars(environment.parsed_options) | values, request.form.getlist("user_classes"))
        except (ChoiceError, Refused) as refused:
            return jsonify({"success": False, "message": str(refused), "host": environment.host})
        request.form = _told(request.form, choices)
        is_started = False
        try:
            answer = swarm()
            is_started = bool(answer.get_json()["success"])
        finally:
            if not is_started:
                desk.release()
        return answer

    return start


def _typed(form: "MultiDict[str, str]") -> dict[str, Any]:
    """The form's values as Locust's options hold them."""
    numbers = read_numbers(form)
    words = {name: form[name] for name in _WORDS if name in form}
    users = {"num_users": numbers["user_count"]} if "user_count" in numbers else {}
    return numbers | words | users | _window(form, numbers)


def _window(form: "MultiDict[str, str]", numbers: Mapping[str, Any]) -> dict[str, float]:
    """Locust's run time counts from the click, seeding included; a test's window is as long instead."""
    given = form.get("run_time", "").strip()
    try:
        length = max(parse_timespan(given) - numbers.get("warmup", 0.0), 1.0) if given else 0.0
    except ValueError:
        raise ChoiceError(
            f"The run time is {given[:40]!r}, so no test was started. Give it as 20, 20s, 3m or 1h20m."
        ) from None
    return {"window": length} if length and not numbers.get("window") else {}


def _told(form: "MultiDict[str, str]", choices: Mapping[str, Any]) -> "ImmutableMultiDict[str, str]":
    """The form as Locust is to read it: its picker of shapes is ours, and the window has an end of its own."""
    whole = MultiDict(form)
    whole["shape_class"] = "Default" if choices["shape"] == LEVEL else choices["shape"]
    whole["window"] = str(choices["window_s"])
    whole.pop("run_time", None)
    return ImmutableMultiDict(whole)


def _once(stop: Callable[[], Response], desk: Desk) -> Callable[[], Response]:
    """A second press, or one of another tab, does nothing; one that comes before the first user ends the start."""

    def end() -> Response:
        if desk.is_stopping:
            return jsonify({"success": True, "message": "The test is being stopped"})
        answer = stop()
        desk.release()
        return answer

    return end


def _fixed() -> Response:
    return Response(_FIXED, status=403, mimetype="text/plain")
