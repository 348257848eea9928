"""The desk: Locust's events around a test. It asks for the ground, points the load at it, and waits for the record."""

import itertools
import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

import gevent
from gevent import GreenletExit
from locust.env import Environment
from locust.runners import STATE_INIT, STATE_SPAWNING, STATE_STOPPED

from harness.ui.choices import URL
from harness.ui.page.deliveries import LiveDeliveries
from harness.ui.page.form import PREPARED
from harness.ui.page.link import Link, Refused

_FINISH_S = 90.0
_AT_REST = (STATE_INIT, STATE_STOPPED)


class Desk:
    """Everything here runs in gevent's thread."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._target = ""
        self.is_stopping = False
        #: Tells a test's late farewell from the next test.
        self._tickets, self._ticket = itertools.count(1), 0
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

    @property
    def is_busy(self) -> bool:
        return self.shown_state is not None or self._environment.runner.state not in _AT_REST

    def admit(self, values: Mapping[str, Any], classes: Sequence[str]) -> Mapping[str, Any]:
        """The next test's choices, checked; from here on no other test may start. Refused says why not this one."""
        self._refuse_second()
        told = self.link.ask("check", choices=_choices(values, classes))
        self._refuse_second()  # two may have asked at once
        self.shown_state = "spawning"
        return told

    def release(self) -> None:
        """It does not start after all."""
        if not self.is_stopping and self._environment.runner.state in _AT_REST:
            self.shown_state = None

    def _refuse_second(self) -> None:
        if self.is_busy:
            raise Refused("A test is going on, and a second one would disturb it. Stop it first, or wait for its end.")

    def before_start(self, **_: Any) -> None:
        """Blocks this greenlet, and no other, until the variant is seeded, cloned and served."""
        runner = self._environment.runner
        self.forget_figures()
        self.deliveries.begin()
        self.shown_state = "spawning"
        # Locust leaves a second test's state at "stopped" while it starts, and then does not stop it
        runner.update_state(STATE_SPAWNING)
        self._ticket, options = next(self._tickets), self._options
        self._target = options.target
        choices = _choices(vars(options), [kind.__name__ for kind in self._environment.user_classes])
        try:
            told = self.link.ask("prepare", timeout_s=None, ticket=self._ticket, choices=choices)
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
        runner = self._environment.runner
        # Locust takes a shape whose first tick failed for one that still runs
        runner.shape_greenlet = runner.shape_last_tick = None
        runner.update_state(STATE_STOPPED)
        # not asked from here: a greenlet that is being killed must not wait
        gevent.spawn(self._cancel, self._ticket)

    def _cancel(self, ticket: int) -> None:
        self.link.ask("cancel", ticket=ticket)
        self.forget_figures()

    def _point_at(self, told: dict[str, str]) -> None:
        """What `chatbench run` gives its load process by environment."""
        options = self._options
        for name in PREPARED:
            setattr(options, name, told.get(f"CHATBENCH_{name.upper()}", ""))
        options.target = options.url if self._target == URL else told["CHATBENCH_TARGET"]

    # -- stop

    def _on_order(self, order: Mapping[str, Any]) -> None:
        if order == {"do": "stop", "ticket": self._ticket} and not self.is_stopping:
            self._environment.runner.stop()

    def _on_stopping(self, **_: Any) -> None:
        """From here to the record the page goes on asking: its last figures are to be the test's last."""
        self.is_stopping, self.shown_state = True, "running"
        # a test whose window has not begun ends here, before the load is told to make one of no length
        self.link.ask("stopping", timeout_s=_FINISH_S)

    def _on_stop(self, **_: Any) -> None:
        try:
            self.link.ask("finish", timeout_s=_FINISH_S)
        except Refused:
            pass  # the status says what went wrong
        finally:
            self.deliveries.end()
            self.is_stopping, self.shown_state = False, None
            self.forget_figures()

    def forget_figures(self) -> None:
        """Locust keeps an answer for two seconds; the next one must be new."""
        web_ui = self._environment.web_ui
        if web_ui is not None:
            web_ui.app.view_functions["locust.request_stats"].clear_cache()


def _choices(values: Mapping[str, Any], classes: Sequence[str]) -> dict[str, Any]:
    names = ("variant", "dataset", "dataset_seed", "target", "url", "servers", "arrivals", "shape", "page_size")
    others = ("connections", "receivers", "devices", "seed")
    return {name: values[name] for name in (*names, *others)} | {
        "scenarios": [_scenario(name) for name in classes],
        "users": values["num_users"] or 1,
        "rate_per_s": values["rate"],
        "warmup_s": values["warmup"],
        "window_s": values["window"],
    }


def _scenario(class_name: str) -> str:
    """OwnWrites → own_writes, as the file of its scenario is named."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in class_name).lstrip("_")
