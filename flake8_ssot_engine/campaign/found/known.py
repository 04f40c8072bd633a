"""Known: which of the places that reached an old name `ssot check` reports as well."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from dataclasses import replace

from flake8_ssot_engine.campaign.found.uses import Use
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.semantics.blocks import every_block, first_line
from flake8_ssot_engine.source import SourceFile


def with_known(uses: Iterable[Use], settings: Settings) -> list[Use]:
    """Return uses, of each whether a violation of its symbol is in the same statement."""
    every = list(uses)
    paths = dict.fromkeys(use.place.path for use in every if not os.path.isabs(use.place.path))
    strict = settings.unfiltered().of_migration("")
    files = {path: os.path.join(settings.root, path) for path in paths}
    tasks = [Task(file, path, strict) for path, file in files.items() if os.path.isfile(file)]
    results = {result.path: result for result in check_each(tasks, jobs=1, parses_all=False)}
    statements = {path: _statements(files[path]) for path, r in results.items() if r.findings}
    found = []
    for use in every:
        result = results.get(use.place.path)
        same = [f for f in result.findings if _is_of_symbol(f, use.symbol)] if result else []
        is_known = bool(same) and _is_told(use, same, statements[use.place.path])
        found.append(replace(use, is_known=is_known))
    return found


def _is_told(use: Use, same: Iterable[Finding], statements: Iterable[ast.stmt]) -> bool:
    statement = _statement_at(use.place.line, statements)
    if statement is None:
        return any(use.place.line == finding.start.line for finding in same)
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True  # for the sake of what is reported: a fix of that mends the import too
    first, last = _own_lines(statement)
    return any(first <= finding.start.line <= last for finding in same)


def _is_of_symbol(finding: Finding, symbol: str) -> bool:
    told = f"{finding.violation.symbol}."
    return told.startswith(f"{symbol}.") or f"{symbol}.".startswith(told)


def _statements(path: str) -> list[ast.stmt]:
    """Return the statements of a file, the outer ones first."""
    try:
        tree = SourceFile.from_bytes(path, read_regular(path)).parse()
    except (OSError, SourceError):
        return []
    return [statement for block in every_block(tree) for statement in block]


def _statement_at(line: int, statements: Iterable[ast.stmt]) -> ast.stmt | None:
    """Return the innermost statement on a line; of a compound one, only its head counts."""
    best = None
    for statement in statements:
        first, last = _own_lines(statement)
        best = statement if first <= line <= last else best
    return best


def _own_lines(node: ast.stmt) -> tuple[int, int]:
    first = first_line(node)
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    return first, max(first, last)
