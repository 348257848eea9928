"""The desk: Locust's events around a test. It asks for the ground, points the load at it, and waits for the record."""

import os
from argparse import Namespace
from typing import Any

import gevent
from gevent import GreenletExit
from locust.env import Environment
from locust.runners import STATE_SPAWNING, STATE_STOPPED

from harness.ui.choices import URL
from harness.ui.page.deliveries import LiveDeliveries
from harness.ui.page.form import PREPARED
from harness.ui.page.link import Link, Refused

_FINISH_S = 90.0


class Desk:
    """Everything here runs in gevent's thread."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._target = ""
        self._stopping = False
        #: What the page is told instead of Locust's own state, so that it goes on asking for figures.
        self.shown_state: str | None = None
        self.link = Link(os.environ["CHATBENCH_COCKPIT"], self._on_order)
        self.deliveries = LiveDeliveries()
        environment.events.test_stopping.add_listener(self._on_stopping)
        environment.events.test_stop.add_listener(self._on_stop)

    @property
    def _options(self) -> Namespace:
        options: Namespace = self._environment.parsed_options
        return options

    @property
    def state(self) -> str:
        """For Locust's page."""
        return self.shown_state or str(self._environment.runner.state)

    # -- start

    def before_start(self, **_: Any) -> None:
        """Blocks this greenlet, and no other, until the variant is seeded, cloned and served."""
        runner = self._environment.runner
        self.forget_figures()
        self.deliveries.begin()
        self.shown_state = "spawning"
        # Locust leaves a second test's state at "stopped" while it starts, and then does not stop it
        runner.update_state(STATE_SPAWNING)
        self._end_with_window()
        try:
            told = self.link.ask("prepare", timeout_s=None, choices=self._choices())
        except BaseException as error:
            self._abort()
            if isinstance(error, GreenletExit):
                raise  # stopped by hand, or started anew
            raise GreenletExit from error
        self._point_at(told)
        self.deliveries.watch()

    def after_start(self, **_: Any) -> None:
        """The form shows what was chosen, not the address that it became."""
        self._options.target = self._target
        self.shown_state = None

    def _abort(self) -> None:
        self.shown_state = None
        self._environment.runner.update_state(STATE_STOPPED)
        # not asked from here: a greenlet that is being killed must not wait
        gevent.spawn(self._cancel)

    def _cancel(self) -> None:
        status = self.link.ask("status")
        if status["phase"] != "failed":
            self.link.ask("cancel")
        self.forget_figures()

    def _end_with_window(self) -> None:
        """Locust's run time counts from the click, seeding included; a test's window is as long instead."""
        web_ui, options = self._environment.web_ui, self._options
        if options.run_time and web_ui is not None:
            web_ui._cancel_run_time_timer()  # noqa: SLF001 - Locust has no other way to put it off
            if options.window <= 0:
                options.window = max(float(options.run_time) - options.warmup, 1.0)
            options.run_time = None

    def _choices(self) -> dict[str, Any]:
        options = self._options
        self._target = options.target
        names = ("variant", "dataset", "dataset_seed", "target", "url", "servers", "arrivals", "page_size")
        others = ("connections", "receivers", "devices", "seed")
        return {name: getattr(options, name) for name in (*names, *others)} | {
            "scenarios": [_scenario(kind.__name__) for kind in self._environment.user_classes],
            "users": options.num_users or 1,
            "rate_per_s": options.rate,
            "warmup_s": options.warmup,
            "window_s": options.window,
        }

    def _point_at(self, told: dict[str, str]) -> None:
        """What `chatbench run` gives its load process by environment."""
        options = self._options
        for name in PREPARED:
            setattr(options, name, told.get(f"CHATBENCH_{name.upper()}", ""))
        options.target = options.url if self._target == URL else told["CHATBENCH_TARGET"]

    # -- stop

    def _on_order(self, order: str) -> None:
        if order == "stop" and not self._stopping:
            self._environment.runner.stop()

    def _on_stopping(self, **_: Any) -> None:
        """From here to the record the page goes on asking: its last figures are to be the test's last."""
        self._stopping, self.shown_state = True, "running"

    def _on_stop(self, **_: Any) -> None:
        try:
            self.link.ask("finish", timeout_s=_FINISH_S)
        except Refused:
            pass  # the status says what went wrong
        finally:
            self.deliveries.end()
            self._stopping, self.shown_state = False, None
            self.forget_figures()

    def forget_figures(self) -> None:
        """Locust keeps an answer for two seconds; the next one must be new."""
        web_ui = self._environment.web_ui
        if web_ui is not None:
            web_ui.app.view_functions["locust.request_stats"].clear_cache()


def _scenario(class_name: str) -> str:
    """OwnWrites → own_writes, as the file of its scenario is named."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in class_name).lstrip("_")
