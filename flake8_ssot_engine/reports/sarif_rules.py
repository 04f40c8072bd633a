"""What a SARIF log says of the rules, made from their docstrings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flake8_ssot_engine.engine.check import Finding
from flake8_ssot_engine.reports.rule_page import render_sections, sections_of
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.registry import RULES


def describe_rules(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return a `reportingDescriptor` (SARIF 2.1.0, 3.49) for each rule, in order of the codes.

    What else the findings are of, such as unused suppressions, has its code and name alone.
    """
    known = {rule.code: _described(rule) for rule in RULES}
    for finding in findings:
        violation = finding.violation
        if violation.code not in known:
            known[violation.code] = _descriptor(
                violation.code, violation.name, violation.name.replace("-", " ").capitalize() + "."
            )
    return [known[code] for code in sorted(known)]


def _described(rule: Rule) -> dict[str, Any]:
    summary, sections = sections_of(rule)
    markdown = "\n".join(render_sections(sections)).strip()
    return {
        **_descriptor(rule.code, rule.name, summary),
        "fullDescription": {"text": " ".join(sections["What it does"].split())},
        "help": {
            "text": "\n\n".join(f"{heading}\n{text}" for heading, text in sections.items()),
            "markdown": markdown,
        },
    }


def _descriptor(code: str, name: str, summary: str) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": summary},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["maintainability"], "precision": "high"},
    }
