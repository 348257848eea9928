"""What the options choose beyond Locust's own: the mix's users alone, a load shape by its name, tasks by their tags."""

import importlib
import logging
from collections import Counter
from typing import Any

from locust.env import Environment
from locust.user.task import filter_tasks_by_tags

from scenarios.errors import OptionError
from scenarios.mix import SHAPES, Mix
from scenarios.shape import Shape
from scenarios.tags import Tagging
from scenarios.user import ChatUser
from scenarios.web_page import keep_fields

_log = logging.getLogger("chatbench")


def choose(environment: Environment, mix: Mix | None) -> None:
    """When Locust has read its options and the test has not begun."""
    options = environment.parsed_options
    if mix and not options.user_classes and not options.class_picker:
        environment.user_classes = [kind for kind in environment.user_classes if kind.__name__ == mix.class_name]
    if mix and mix.hours:
        Shape.hours = mix.hours
    name = options.shape or (mix.shape if mix else None)
    if name:
        environment.shape_class = shape = shape_named(name)
        shape.runner = environment.runner
    if options.class_picker:
        _offer_shapes(environment)
        if name and not options.headless:
            _log.warning("The class picker chooses the shape, so %s is not used. Choose it in the form.", name)


def _offer_shapes(environment: Environment) -> None:
    """To the picker's form; a locustfile's own shape of that name stays."""
    offered = {type(shape).__name__: shape for shape in map(shape_named, SHAPES)}
    environment.available_shape_classes = offered | (environment.available_shape_classes or {})
    if environment.web_ui and all(shape.use_common_options for shape in environment.available_shape_classes.values()):
        keep_fields(environment.web_ui)


def shape_named(name: str) -> Shape:
    kinds = vars(importlib.import_module(f"scenarios.shapes.{name}")).values()
    made: Shape = next(
        kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Shape) and kind is not Shape
    )()
    return made


def take_classes(environment: Environment) -> None:
    """On a worker: those that its master's form chose; Locust tells only how many users each gets."""
    available = environment.available_user_classes or {}
    names = getattr(environment.parsed_options, "fleet_classes", None) or []
    if found := [available[name] for name in names if name in available]:
        environment.user_classes = found


def keep_tagged(environment: Environment) -> None:
    """Filter the chosen classes' tasks once more; an OptionError says which have none.

    Locust filters those of the first test only, and the class picker may choose others for the next.
    """
    asked = _tagging(environment)
    for kind in environment.user_classes:
        if kind.tasks:
            filter_tasks_by_tags(kind, set(asked.tags) or None, set(asked.exclude_tags) or None)
    idle = [kind.__name__ for kind in environment.user_classes if issubclass(kind, ChatUser) and not kind.tasks]
    if idle:
        raise OptionError(asked.no_task_left(idle, environment.available_user_tasks or {}))


def _tagging(environment: Environment) -> Tagging:
    options = environment.parsed_options
    return Tagging(tags=sorted(options.tags or ()), exclude_tags=sorted(options.exclude_tags or ()))


def chosen(environment: Environment) -> dict[str, Any]:
    """What ran, in the form of outcome.json: each scenario's tasks with their weights, and what chose them."""
    asked, shape = _tagging(environment), environment.shape_class
    return {
        "scenarios": {
            kind.__name__: dict(Counter(task.__name__ for task in kind.tasks)) for kind in environment.user_classes
        },
        "tags": asked.tags,
        "exclude_tags": asked.exclude_tags,
        "shape": type(shape).__name__ if shape else None,
    }
