"""Findings made by hand, so that what a format prints hangs on the format alone."""

from __future__ import annotations

from flake8_ssot_engine.edits import Applicability, Fix, PlacedEdit
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.source import SourceFile, Span
from flake8_ssot_engine.violations import MODULE_SCOPE, ReferenceKind, Severity, Violation


def finding(
    marked: str,
    *,
    path: str = "app/deps.py",
    code: str = "SSOT001",
    hint: str = "from a.new import New",
    migration: str = "565",
    severity: Severity = Severity.ERROR,
    scope: str = MODULE_SCOPE,
    edits: tuple[PlacedEdit, ...] = (),
) -> Finding:
    """Return a finding in the text `marked`, about what «guillemets» enclose in it."""
    start, end = marked.index("«"), marked.index("»") - 1
    source = SourceFile(path, marked.replace("«", "").replace("»", ""))
    first, last = source.position(start), source.position(end)
    return Finding(
        path=path,
        violation=Violation(
            code=code,
            name="deprecated-import",
            span=Span(start, end),
            symbol=QualifiedName.parse("a.old.Old"),
            replacement=QualifiedName.parse("a.new.New"),
            migration=migration,
            kind=ReferenceKind.IMPORT,
            text="import of deprecated `a.old.Old`",
            hint=hint,
            applicability=Applicability.SAFE if edits else None,
            fix=Fix(f"use `{hint}`", edits, Applicability.SAFE) if edits else None,
        ),
        start=first,
        end=last,
        lines=tuple(source.line_text(line) for line in range(first.line, last.line + 1)),
        phase="critical-path",
        scope=scope,
        severity=severity,
    )
