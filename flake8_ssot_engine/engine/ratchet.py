"""The ratchet: which findings of a file its baseline tolerates, and what it tolerates besides."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Callable
from functools import cache, partial

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import Baseline, load_baseline
from flake8_ssot_engine.engine.findings import FileError, FileResult, Finding
from flake8_ssot_engine.engine.matching import BROKEN, Trait, match_findings, trait_of
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.migrations import Enforcement, Migration
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.phases import phase_of
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import SourceFile
from flake8_ssot_engine.violations import MODULE_SCOPE, Severity


class Judged(NamedTuple):
    """What came of one file, by the baseline.

    `held` is what is tolerated in it, as it is known by now; `unjudged` what the baseline
    tolerates and was not looked for, `unused` what it tolerates and is not there.
    """

    result: FileResult
    held: Counter[Trait]
    unjudged: Counter[Trait]
    unused: Counter[Trait]


class Ratchet:
    """Judges the files of one configuration by its baseline."""

    def __init__(self, settings: Settings, baseline: Baseline | None = None) -> None:
        """Load the baseline, unless it is given. Raises ConfigError."""
        self.baseline = load_baseline(settings) if baseline is None else baseline
        self._settings = settings
        self._today = datetime.date.today()
        self._migrations = {migration.id: migration for migration in settings.migrations}

    def judge(
        self, path: str, result: FileResult, content: Callable[[], bytes] | None = None
    ) -> Judged:
        """Judge the file at an absolute path; `content` tells what it holds, if not what is there.

        It is asked for where there are more findings of a kind than are tolerated, and where the
        file may have been mended: a run need not have parsed it.
        """
        tolerated = self.baseline.files.get(self.baseline.name_of(path))
        if tolerated is None:
            return Judged(result, Counter(), Counter(), Counter())
        tolerated, error, held = tolerated.copy(), result.error, Counter[Trait]()
        if error is not None and error.code == BROKEN.code and tolerated[BROKEN]:
            tolerated[BROKEN] = 0
            held[BROKEN] = 1
            error = error._replace(is_baselined=True)
        content = content or partial(read_regular, path)
        times = cache(partial(self._times, path, result, content))
        # While a file does not parse, all that is found in it is found in no scope.
        is_scoped = not tolerated[BROKEN] and result.error is None
        matched = match_findings(
            result.findings,
            result.scope_names | {MODULE_SCOPE} if is_scoped else result.scope_names,
            tolerated,
            lambda finding: times().get(finding.start.line, 0),
        )
        findings = []
        for finding, is_held in zip(result.findings, matched.held, strict=True):
            findings.append(self._tolerate(path, finding) if is_held else finding)
            held[trait_of(finding)] += is_held
        unjudged = Counter(
            {
                trait: count
                for trait, count in matched.left.items()
                if not (
                    _is_mended(result, content)
                    if trait == BROKEN
                    else self._is_judged(path, trait, result.error)
                )
            }
        )
        judged = result._replace(findings=tuple(findings), error=error)
        return Judged(judged, +held, unjudged, matched.left - unjudged)

    def _tolerate(self, path: str, finding: Finding) -> Finding:
        migration = self._migrations.get(finding.violation.migration)
        why = "" if migration is None else enforced_because(path, migration, self._today)
        if not why:
            return finding._replace(severity=Severity.HINT)
        return finding._replace(violation=finding.violation._replace(enforced=why))

    def _times(self, path: str, result: FileResult, content: Callable[[], bytes]) -> dict[int, int]:
        """Return when the lines of a file's findings came in, as far as git can tell."""
        from flake8_ssot_engine.project.git import GitError
        from flake8_ssot_engine.project.history import History

        name = self.baseline.name_of(path)
        lines = sorted({finding.start.line for finding in result.findings})
        try:
            data = content()
            history = History(os.path.dirname(path))
            try:
                return history.times_of_lines(path, lines, data)
            except GitError:  # a file that was renamed and not committed is known by its old name
                old = self.baseline.path_of(self.baseline.renamed[name])
                return history.times_of_lines(old, lines, data)
        except (GitError, OSError, KeyError):
            return {}

    def _is_judged(self, path: str, trait: Trait, error: FileError | None) -> bool:
        """Whether a violation would have been found if it were there."""
        if error is not None or not self._settings.selects(trait.code):
            return False
        try:
            symbol = QualifiedName.parse(trait.symbol)
        except ValueError:
            return True
        index = self._settings.index
        migrations = (m.migration for m in (index.match(symbol), *index.moved_to(symbol)) if m)
        return not any(
            migration.enforcement_in(phase_of(path, migration), self._today) is Enforcement.OFF
            for migration in migrations
        )


def _is_mended(result: FileResult, content: Callable[[], bytes]) -> bool:
    """Whether a file that did not parse does so by now."""
    if result.error is not None:
        return False
    try:
        SourceFile.from_bytes(result.path, content()).parse()
    except (SourceError, OSError):
        return False
    return True


def enforced_because(path: str, migration: Migration, today: datetime.date) -> str:
    """Return why nothing is tolerated of a migration in a file, "" where something may be."""
    if migration.is_overdue(today):
        return f"the deadline {migration.deadline} has come"
    phase = phase_of(path, migration)
    if phase is not None and phase.enforce is Enforcement.ERROR:
        return f"the phase `{phase.name}` tolerates none"
    return ""
