"""Who may see the cockpit's page: this machine alone, or whoever knows the password."""

import signal
import urllib.request
from typing import Any

import orjson

from tests.acceptance.cockpit import PATIENCE_S, Start


def test_an_address_that_others_reach_is_refused_without_a_login(chatbench: Any) -> None:
    refused = chatbench("ui", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "can be reached from other machines" in refused.stderr
    assert "--web-login" in refused.stderr


def test_behind_a_login_nothing_is_shown_or_started_before_the_password(started: Start) -> None:
    cockpit = started(
        *("--home", "home-of-others", "--host", "0.0.0.0", "--web-login"),
        name="guarded",
        CHATBENCH_UI_PASSWORD="open sesame",
    )
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    for path, form in (("/", None), ("/cockpit/compare", None), ("/cockpit/status", None), ("/stats/requests", None)):
        with visitor.open(cockpit.url + path, form, timeout=PATIENCE_S) as answer:
            assert answer.url.startswith(f"{cockpit.url}/login")
    with visitor.open(f"{cockpit.url}/swarm", b"user_count=1", timeout=PATIENCE_S) as answer:
        assert answer.url.startswith(f"{cockpit.url}/login")
    for password, arrives in (("guess", "/login"), ("open sesame", "/")):
        with visitor.open(
            f"{cockpit.url}/cockpit-login", f"password={password}".encode(), timeout=PATIENCE_S
        ) as answer:
            assert answer.url == cockpit.url + arrives
    with visitor.open(f"{cockpit.url}/cockpit/status", timeout=PATIENCE_S) as answer:
        assert orjson.loads(answer.read())["phase"] == "ready"
    cockpit.process.send_signal(signal.SIGINT)
    told, _ = cockpit.process.communicate(timeout=PATIENCE_S)
    assert "open sesame" not in told
