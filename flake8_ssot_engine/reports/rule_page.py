"""A rule's page in Markdown, made from its docstring."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from textwrap import dedent

from flake8_ssot_engine.rules.base import Rule

HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead", "Fix safety")
_CODE = frozenset({"Example", "Use instead"})


def render_rule_page(rule: Rule) -> Iterator[str]:
    """Yield the lines of a page: title, summary, then each heading with its text or code."""
    summary, *sections = (inspect.getdoc(rule) or "").split("\n\n")
    yield f"## {rule.code} {rule.name}"
    yield ""
    yield summary
    for section in sections:
        heading, _, body = section.partition("\n")
        heading = heading.removesuffix(":")
        if heading not in HEADINGS or not body:
            raise ValueError(f"{rule.code}: `{section[:40]}` stands under no heading")
        text = dedent(body)
        yield f"\n### {heading}\n"
        yield f"```python\n{text}\n```" if heading in _CODE else text
    yield ""
