"""Locust's web page under tests that end by themselves and shapes that the class picker chooses."""

from typing import Any

from flask import Response, jsonify, request
from locust.runners import STATE_CLEANUP, STATE_RUNNING, STATE_STOPPING

#: What a test is between its last call and its end.
_ENDING = (STATE_CLEANUP, STATE_STOPPING)


def keep_asking(web_ui: Any) -> None:
    """The page stops asking once it hears of an ending that nobody clicked, and would show its last but one figures."""

    def told(response: Response) -> Response:
        if request.endpoint != "locust.request_stats" or not response.is_json:
            return response
        figures = response.get_json()
        if figures["state"] not in _ENDING:
            return response
        return jsonify(figures | {"state": STATE_RUNNING})

    web_ui.app.after_request(told)


def keep_fields(web_ui: Any) -> None:
    """The form takes users away where a shape is picked, and sends 0, unless the shape before had a use for them.

    It asks the shape that is set when the page is drawn: with the picker, none is.
    """
    update = web_ui.update_template_args

    def with_fields() -> None:
        update()
        web_ui.template_args["shape_use_common_options"] = True

    web_ui.update_template_args = with_fields
