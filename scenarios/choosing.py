"""What the options choose beyond Locust's own: the mix's users alone, and a load shape by its name."""

import importlib

from locust.env import Environment

from scenarios.mix import Mix
from scenarios.shape import Shape


def choose(environment: Environment, mix: Mix | None) -> None:
    """When Locust has read its options and the test has not begun."""
    options = environment.parsed_options
    if mix and not options.user_classes and not options.class_picker:
        environment.user_classes = [kind for kind in environment.user_classes if kind.__name__ == mix.class_name]
    name = options.shape or (mix.shape if mix else None)
    if name:
        environment.shape_class = shape = shape_named(name)
        shape.runner = environment.runner
    if mix and mix.hours and isinstance(environment.shape_class, Shape):
        type(environment.shape_class).hours = mix.hours


def shape_named(name: str) -> Shape:
    kinds = vars(importlib.import_module(f"scenarios.shapes.{name}")).values()
    made: Shape = next(
        kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Shape) and kind is not Shape
    )()
    return made
