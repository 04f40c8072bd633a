"""What a SARIF log says of the rules, made from their docstrings."""

from __future__ import annotations

from typing import Any

from flake8_ssot_engine.reports.rule_page import render_sections, sections_of
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.registry import RULES


def describe_rules() -> list[dict[str, Any]]:
    """Return a `reportingDescriptor` (SARIF 2.1.0, 3.49) for each rule, in order of the codes."""
    return [_described(rule) for rule in RULES]


def _described(rule: Rule) -> dict[str, Any]:
    summary, sections = sections_of(rule)
    markdown = "\n".join(render_sections(sections)).strip()
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": summary},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["maintainability"], "precision": "high"},
        "fullDescription": {"text": " ".join(sections["What it does"].split())},
        "help": {
            "text": "\n\n".join(f"{heading}\n{text}" for heading, text in sections.items()),
            "markdown": markdown,
        },
    }
