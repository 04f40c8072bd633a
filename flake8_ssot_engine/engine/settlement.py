"""Settlement: what the files of one project agree on before any of them is written.

A name that one file gives up may be asked for by others. Those are rewritten with it; where one
of them cannot be, the first keeps the old name as an explicit alias.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.fixability import key_of, with_fixability
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.rewrite import Rewrite, RewriteTask, rewrite_files
from flake8_ssot_engine.engine.run import FEW_FILES
from flake8_ssot_engine.engine.shared import Shared
from flake8_ssot_engine.engine.singly import SingleTask, fix_singly
from flake8_ssot_engine.engine.survey import Place, Survey, SurveyTask, survey_files
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.project.parallel import parallel_map
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.real_paths import RealPaths
from flake8_ssot_engine.project.scan import modules_of
from flake8_ssot_engine.project.takers import find_takers

Item = TypeVar("Item")

_CHUNK = 32
_REWRITE_CHUNK = 4
_SINGLE_CHUNK = 16
"""Violations that one process fixes one by one, so that those of one file are shared out, too."""
NO_CONTENTS: Mapping[str, bytes] = MappingProxyType({})
_ROUNDS = 20
"""How often the files are asked anew; each time at least one name or file is given up."""


@dataclass(frozen=True, slots=True)
class KeptAlias:
    """An old name that a file keeps as an alias of the new one, and for whose sake."""

    path: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FixReport:
    """What came of a fix.

    `changes` are the files to write or written; those of them that were not asked for and had
    to follow are in `outside`, by the names that reports give them. `suppressed` counts the
    violations that a `# noqa` covers, which stay, in the files `suppressing`.
    """

    changes: tuple[Rewrite, ...] = ()
    fixed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()
    errors: tuple[FileError, ...] = ()
    kept: tuple[KeptAlias, ...] = ()
    outside: tuple[str, ...] = ()
    files: int = 0
    suppressed: int = 0
    suppressing: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was left, but for what is tolerated."""
        is_tolerated = all(finding.is_baselined for finding in self.left) and all(
            error.is_baselined for error in self.errors
        )
        return is_tolerated and not self.kept

    def followed_by(self, later: FixReport, again: Collection[str]) -> FixReport:
        """Return what came of this fix and of a later one, which looked at the files `again`."""
        changes = {change.place.path: change for change in self.changes}
        aliased = {alias.path for alias in self.kept}  # which then were of our own making
        for change in later.changes:
            first = changes.get(change.place.path)
            before = change.before if first is None else first.before
            changes[change.place.path] = replace(change, before=before)
        return replace(
            self,
            changes=tuple(changes.values()),
            fixed=(
                *self.fixed,
                *(
                    finding
                    for finding in later.fixed
                    if finding.violation.code != "SSOT003" or finding.path not in aliased
                ),
            ),
            left=(*(f for f in self.left if f.path not in again), *later.left),
            errors=tuple(dict.fromkeys((*self.errors, *later.errors))),
            kept=(*(alias for alias in self.kept if alias.path not in again), *later.kept),
            outside=tuple(dict.fromkeys((*self.outside, *later.outside))),
        )


def every_finding(path: str, finding: Finding) -> bool:
    """Whether a finding in the file at an absolute path is to be fixed: each is."""
    return True


class Project:
    """The files that one configuration holds for.

    `contents` are those of files that hold something else than is on the disk; of what is found,
    that is fixed which `wants` says yes to.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        finder: ConfigFinder,
        jobs: int,
        allow_unsafe: bool,
        on_progress: Callable[[int], None] | None,
        keeps_outside: str = "",
        *,
        contents: Mapping[str, bytes] = NO_CONTENTS,
        wants: Callable[[str, Finding], bool] = every_finding,
        with_texts: bool = False,
    ) -> None:
        self._contents = contents
        self._wants = wants
        self._settings: Settings = tasks[0].settings
        self._jobs = jobs
        self._allow_unsafe = allow_unsafe
        self._on_progress = on_progress or (lambda count: None)
        needles: Needles | None = None
        if len(tasks) >= FEW_FILES:
            needles = find_needles(self._settings, jobs=jobs)
        self._shared = Shared(
            self._settings,
            needles,
            secrets.token_hex(8),
            tuple(contents.items()),
            reads_texts=with_texts,
        )
        self._tasks = tasks
        self._finder = finder
        self._keeps_outside = keeps_outside
        self._surveys = self._survey(_selected(tasks))
        self._survey_others()
        self._given_up: dict[str, str] = {}
        self._cannot_follow: dict[tuple[str, QualifiedName], str] = {}
        self._blocked: dict[QualifiedName, str] = {}
        self._taken: dict[QualifiedName, str] = {}
        self._rewritten: dict[str, tuple[tuple[Key, ...], Links, Rewrite]] = {}

    def _survey(self, places: list[Place]) -> list[Survey]:
        tasks = [
            SurveyTask(self._shared, tuple(chunk), self._allow_unsafe)
            for chunk in _chunks(places, _CHUNK)
        ]
        found: list[Survey] = []
        for task, batch in zip(
            tasks, parallel_map(survey_files, tasks, jobs=self._jobs), strict=True
        ):
            found += map(self._wanted, batch)
            self._on_progress(sum(place.is_selected for place in task.places))
        return found

    def _wanted(self, survey: Survey) -> Survey:
        if self._wants is every_finding:
            return survey
        path = survey.place.path
        return replace(survey, findings=tuple(f for f in survey.findings if self._wants(path, f)))

    @cached_property
    def _others(self) -> dict[str, Place]:
        found = _others(self._tasks, self._settings, self._finder)
        if not self._keeps_outside:
            return found
        return {path: p._replace(untouchable=self._keeps_outside) for path, p in found.items()}

    def _survey_others(self) -> None:
        """Survey the files besides that spell a name which would change for them."""
        asked: set[QualifiedName] = set()
        while True:
            names = {n for s in self._surveys for n in (*s.renames, *s.follow_ups)} - asked
            if not names or not self._others:
                return
            asked |= names
            modules = Modules(self._settings.source_roots, self._contents)
            found = find_takers(self._others, modules, names)
            paths = sorted({path for every in found.values() for path in every})
            self._surveys += self._survey([self._others.pop(path) for path in paths])

    def report(self) -> FixReport:
        """Settle what ties the files together, and say what comes of it."""
        renamed = {old: new for s in self._surveys for old, new in s.renames.items()}
        for _ in range(_ROUNDS):
            kept = self._kept(renamed)
            links = Links({o: n for o, n in renamed.items() if o not in kept}, kept, self._blocked)
            rewrites = self._rewrite(links)
            again = {old: new for r in rewrites for old, new in r.plan.renames.items()}
            is_settled = again == dict(links.renamed) and not self._learn(rewrites, links)
            gone = {name for rewrite in rewrites for name in rewrite.plan.gone}
            if is_settled and not self._is_asked_for(gone):
                return self._report(rewrites, links)
            renamed = again
        return self._report((), Links())

    def single_fixes(self) -> dict[tuple[str, Key], tuple[PlacedEdit, ...] | str]:
        """Return the edits that fix each violation by itself, or why it cannot be."""
        mentioned: defaultdict[QualifiedName, list[Place]] = defaultdict(list)
        for survey in self._surveys:
            for name in survey.mentions:
                mentioned[name].append(survey.place)
        asked = [s for s in self._surveys if s.findings and s.is_fixable]
        taken = self._taken_of({name for survey in asked for name in survey.gone})
        every = [(survey, key_of(finding)) for survey in asked for finding in survey.findings]
        tasks = []
        for chunk in _chunks(every, _SINGLE_CHUNK):
            some = {survey.place.path: survey for survey, _ in chunk}.values()
            names = self._names_reached({name for s in some for name in s.renames})
            tasks.append(
                SingleTask(
                    self._shared,
                    tuple((survey.place, key) for survey, key in chunk),
                    {name: tuple(mentioned[name]) for name in names if name in mentioned},
                    {n: why for n, why in taken.items() for s in some if n in s.gone},
                )
            )
        done = (f for batch in parallel_map(fix_singly, tasks, jobs=self._jobs) for f in batch)
        return {
            (survey.place.shown_as, key): edits
            for (survey, key), edits in zip(every, done, strict=True)
        }

    def _names_reached(self, names: set[QualifiedName]) -> set[QualifiedName]:
        """Return names with all those that may have to change because of them."""
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            for survey in self._surveys:
                if name in survey.mentions:
                    further = survey.follow_ups.keys() - names
                    names |= further
                    waiting += further
        return names

    def _kept(self, renamed: Mapping[QualifiedName, QualifiedName]) -> dict[QualifiedName, str]:
        """Return the names that some file goes on to ask for, with the reason."""
        found: dict[QualifiedName, str] = dict(self._taken)
        for survey in self._surveys:
            path = survey.place.path
            for name, why in survey.mentions.items():
                if name not in renamed:
                    continue
                reason = why or self._given_up.get(path, "")
                reason = reason or self._cannot_follow.get((path, name), "")
                if reason:
                    found.setdefault(name, f"{survey.place.shown_as} names `{name}`: {reason}")
        return found

    def _is_asked_for(self, names: set[QualifiedName]) -> bool:
        """Find out whether another module may take one of these names; if so, it is kept."""
        found = self._taken_of(names - self._taken.keys())
        self._taken.update(found)
        return bool(found)

    def _taken_of(self, names: set[QualifiedName]) -> dict[QualifiedName, str]:
        if not names:
            return {}
        roots = self._settings.source_roots
        found = find_takers(modules_of(roots), Modules(roots, self._contents), names)
        return {
            name: f"{os.path.relpath(every[0])} may take `{name}` from there"
            for name, every in found.items()
        }

    def _learn(self, rewrites: Sequence[Rewrite], links: Links) -> bool:
        """Note which files had to be given up, or cannot follow; say whether any was new."""
        is_new = False
        for rewrite in rewrites:
            path = rewrite.place.path
            if rewrite.failure and path not in self._given_up:
                self._given_up[path] = rewrite.failure
                is_new = True
            for name, reason in rewrite.plan.mentions.items():
                if reason and name in links.renamed and (path, name) not in self._cannot_follow:
                    self._cannot_follow[path, name] = reason
                    is_new = True
            for name in rewrite.plan.blocking - self._blocked.keys():
                why = rewrite.plan.mentions[name]
                self._blocked[name] = f"{rewrite.place.shown_as} names `{name}`: {why}"
                is_new = True
        return is_new

    def _rewrite(self, links: Links) -> list[Rewrite]:
        """Rewrite each file that has something to fix or to follow, unless it is done already."""
        asked: list[tuple[Place, tuple[Key, ...], Links]] = []
        wanted: list[str] = []
        for survey in self._surveys:
            place = survey.place
            keys = tuple(map(key_of, survey.findings)) if survey.is_fixable else ()
            own = Links(
                {name: links.renamed[name] for name in survey.mentions if name in links.renamed},
                {
                    n: why
                    for n, why in links.kept.items()
                    if n in survey.renames or n in survey.gone
                },
                {name: links.blocked[name] for name in survey.renames if name in links.blocked},
            )
            if place.path in self._given_up or not (keys or own.renamed):
                continue
            wanted.append(place.path)
            known = self._rewritten.get(place.path)
            if known is None or known[:2] != (keys, own):
                asked.append((place, keys, own))
        tasks = [
            RewriteTask(
                self._shared,
                tuple(place for place, _, _ in chunk),
                tuple(keys for _, keys, _ in chunk),
                tuple(own for _, _, own in chunk),
                self._allow_unsafe,
            )
            for chunk in _chunks(asked, _REWRITE_CHUNK)
        ]
        done = (r for b in parallel_map(rewrite_files, tasks, jobs=self._jobs) for r in b)
        for (place, keys, own), rewrite in zip(asked, done, strict=True):
            self._rewritten[place.path] = (keys, own, rewrite)
        return [self._rewritten[path][2] for path in wanted]

    def _report(self, rewrites: Sequence[Rewrite], links: Links) -> FixReport:
        by_path = {rewrite.place.path: rewrite for rewrite in rewrites}
        fixed: list[Finding] = []
        left: list[Finding] = []
        kept: list[KeptAlias] = []
        for survey in self._surveys:
            rewrite = by_path.get(survey.place.path)
            plan = rewrite.plan if rewrite else FilePlan()
            told = self._given_up.get(survey.place.path, "")
            for finding in survey.findings:
                finding = with_fixability(finding, plan)
                if finding.violation.applicability is None:
                    violation = finding.violation
                    because = violation.unfixable_because or told or "it could not be settled"
                    left.append(
                        finding._replace(violation=violation._replace(unfixable_because=because))
                    )
                else:
                    fixed.append(finding)
            for own, reason in links.kept.items():
                if own in survey.renames and own.last in plan.kept_aliases:
                    kept.append(KeptAlias(survey.place.shown_as, own.last, reason))
        changes = [rewrite for rewrite in rewrites if rewrite.after != rewrite.before]
        return FixReport(
            changes=tuple(changes),
            fixed=tuple(fixed),
            left=tuple(left),
            errors=tuple(survey.error for survey in self._surveys if survey.error),
            kept=tuple(kept),
            suppressed=sum(survey.suppressed for survey in self._surveys),
            suppressing=tuple(s.place.shown_as for s in self._surveys if s.suppressed),
            outside=tuple(c.place.shown_as for c in changes if not c.place.is_selected),
        )


def _real_paths(tasks: Sequence[Task], real_paths: RealPaths) -> set[str]:
    return {task.path for task in tasks if real_paths.of(task.path) == task.path}


def _selected(tasks: Sequence[Task]) -> list[Place]:
    """Return the files to fix; a link goes with its file."""
    real_paths = RealPaths()
    real = _real_paths(tasks, real_paths)
    return [
        Place(task.path, task.shown_as, is_selected=True)
        for task in tasks
        if task.path in real or real_paths.of(task.path) not in real
    ]


def _others(tasks: Sequence[Task], settings: Settings, finder: ConfigFinder) -> dict[str, Place]:
    """Return, by their paths, the files besides that may depend on one of those to fix."""
    here = os.path.join(os.getcwd(), "")
    real_paths = RealPaths()
    real = _real_paths(tasks, real_paths)
    others = set(modules_of(settings.source_roots)).difference(task.path for task in tasks)
    found = dict(find_files([settings.root], finder)) if others else {}
    places: dict[str, Place] = {}
    for path in sorted(path for path in others if real_paths.of(path) not in real):
        known = found.get(path)
        why = "it is ignored or excluded" if known is None else ""
        if known is not None and known.path != settings.path:
            why = "another configuration holds for it"
        shown_as = path[len(here) :] if path.startswith(here) else os.path.relpath(path)
        places[path] = Place(path, shown_as, is_selected=False, untouchable=why)
    return places


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
