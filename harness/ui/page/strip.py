"""The strip: one line above Locust's page with what the cockpit is doing, and the way to its own pages."""

from collections.abc import Mapping

from flask import Flask, Response, render_template, request

#: Ticked when the form opens; Locust would tick every class.
_FIRST = "Pagination"


def add_strip(app: Flask, told: Mapping[str, str]) -> None:
    """Locust's page is one fixed file, so the line is put into it as it leaves; `told` says what each class does."""

    def insert(response: Response) -> Response:
        if request.endpoint == "locust.index" and response.mimetype == "text/html":
            html = response.get_data(as_text=True)
            strip = render_template("strip.html.j2", page="locust", first=_FIRST)
            html = html.replace('<div id="root">', strip + '<div id="root">', 1)
            after = render_template("after.html.j2", first=_FIRST, told=told)
            response.set_data(html.replace("</body>", after + "</body>", 1))
        return response

    app.after_request(insert)
