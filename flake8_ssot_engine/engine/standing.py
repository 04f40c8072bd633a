"""Standing: which violations of a file are told, by selection, phases and suppressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.migrations import Enforcement
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.phases import phase_of
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.source import SourceFile
from flake8_ssot_engine.violations import Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.suppressions import Suppressions

_LONGEST = 5_000
"""Characters, beyond which the lines of a finding are not kept: nobody looks at them."""


class Standing:
    """Judges the violations in the files that one configuration holds for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._migrations = {migration.id: migration for migration in settings.migrations}

    def rules_for(
        self, path: str, rules: Iterable[Rule], *, whatever_is_selected: bool = False
    ) -> list[Rule]:
        """Return those of some rules that speak of the file at an absolute path."""
        ignored = tuple(
            code
            for globs, codes in self.settings.per_file_ignores
            if matches(globs, path)
            for code in codes
        )
        if whatever_is_selected:
            ignored += self.settings.ignore
        selected = (r for r in rules if whatever_is_selected or self.settings.selects(r.code))
        return [rule for rule in selected if not (ignored and rule.code.startswith(ignored))]

    def findings(
        self,
        path: str,
        source: SourceFile,
        violations: list[Violation],
        suppressions: Suppressions | None,
        scope_of: Callable[[Violation], str],
    ) -> tuple[Finding, ...]:
        """Return what stands after phases and suppressions, in order."""
        if not violations:
            return ()
        found: list[Finding] = []
        for violation in violations:
            if self.settings.only_migration not in ("", violation.migration):
                continue
            start = source.position(violation.span.start)
            phase = None
            if migration := self._migrations.get(violation.migration):
                phase = phase_of(path, migration)
                if migration.enforcement_in(phase) is Enforcement.OFF:
                    continue
            if suppressions is not None and suppressions.covers(violation.code, start.line):
                continue
            end = source.position(violation.span.end)
            lines: tuple[str, ...] = ()
            if source.length_of_lines(start.line, end.line) <= _LONGEST:
                lines = tuple(map(source.line_text, range(start.line, end.line + 1)))
            name = phase.name if phase else ""
            scope = scope_of(violation)
            found.append(Finding(source.path, violation, start, end, lines, name, scope))
        found.sort(key=lambda finding: (finding.start, finding.violation.code, finding.end))
        return tuple(found)
