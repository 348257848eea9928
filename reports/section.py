"""A section: one part of the page, with the templates that make its HTML."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import wording

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of the page."""

    #: The fragment to link to.
    anchor: str
    title: str
    body: Markup


@cache
def make_templates() -> Environment:
    """Everything is escaped; an unknown name in a template is an error."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        spoken=wording.spoken,
        duration=wording.duration,
        size=wording.size,
        ratio=wording.ratio,
        percent=wording.percent,
        amount=wording.amount,
        value=wording.value,
        level=wording.level,
        noise=wording.noise,
    )
    return templates


def fill(template: str, **values: Any) -> Markup:
    """The template's HTML with the values escaped into it."""
    return Markup(make_templates().get_template(template).render(**values))  # noqa: S704 - the template escaped it
