"""A rule's page in Markdown, made from its docstring."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from textwrap import dedent

from flake8_ssot_engine.rules.base import Rule

HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead", "Fix safety")
_CODE = frozenset({"Example", "Use instead"})


def render_rule_page(rule: Rule) -> Iterator[str]:
    """Yield the lines of a page: title, summary, then each heading with its text or code."""
    summary, sections = sections_of(rule)
    yield f"## {rule.code} {rule.name}"
    yield ""
    yield summary
    yield from render_sections(sections)
    yield ""


def render_sections(sections: Mapping[str, str]) -> Iterator[str]:
    """Yield each heading with its text or code."""
    for heading, text in sections.items():
        yield f"\n### {heading}\n"
        yield f"```python\n{text}\n```" if heading in _CODE else text


def sections_of(rule: Rule) -> tuple[str, dict[str, str]]:
    """Return the summary of a rule's docstring, then its text by heading."""
    summary, *sections = (inspect.getdoc(rule) or "").split("\n\n")
    found = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        heading = heading.removesuffix(":")
        if heading not in HEADINGS or not body:
            raise ValueError(f"{rule.code}: `{section[:40]}` stands under no heading")
        found[heading] = dedent(body)
    return summary, found
