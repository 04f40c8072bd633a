"""Survey and rewrite: the two passes of a fix over the files of a project, in several processes.

The survey finds, file by file, what is to be fixed, which names that would change for others,
and which such names of others the file mentions. The rewrite makes a file's new bytes, under
what has been settled between files, and proves them.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import apply_edits
from flake8_ssot_engine.engine.certificate import Agreement, Uncertified, certify
from flake8_ssot_engine.engine.check import Checker, FileError, Finding, key_of
from flake8_ssot_engine.engine.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.run import read_source
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.source import SourceFile


class Place(NamedTuple):
    """A file of the project; `untouchable` says why it may not be written, "" where it may.

    What `is_selected` is fixed; others are only written where they depend on one that is.
    """

    path: str
    shown_as: str
    is_selected: bool
    untouchable: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one file has to do with a fix.

    `renames` are the names of its own that would change, `mentions` those of others that it
    names, with the reason where it cannot follow a change, else "".
    """

    place: Place
    findings: tuple[Finding, ...] = ()
    error: FileError | None = None
    renames: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict)
    mentions: Mapping[QualifiedName, str] = field(default_factory=dict)
    is_fixable: bool = True


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The bytes of one file before and after, with the plan that led from the one to the other.

    `followed` are the names of other files that it follows. `failure` is why the file was given
    up: the certificate's reason.
    """

    place: Place
    before: bytes = b""
    after: bytes = b""
    plan: FilePlan = field(default_factory=FilePlan)
    failure: str = ""
    followed: frozenset[QualifiedName] = frozenset()


class SurveyTask(NamedTuple):
    """Some files of one configuration."""

    settings: Settings
    needles: Needles | None
    places: tuple[Place, ...]
    allow_unsafe: bool


class RewriteTask(NamedTuple):
    """Some files of one configuration, with the violations to fix in each.

    Only those of `Links` that a file has to do with are in `links`, one for each file.
    """

    settings: Settings
    needles: Needles | None
    places: tuple[Place, ...]
    keys: tuple[tuple[Key, ...], ...]
    links: tuple[Links, ...]
    allow_unsafe: bool


def survey_files(task: SurveyTask) -> list[Survey]:
    """Survey some files; those that have nothing to do with a fix are left out."""
    checker = Checker(task.settings, task.needles)
    with _no_collection():
        found = (_survey(checker, place, task.allow_unsafe) for place in task.places)
        return [survey for survey in found if survey is not None]


def rewrite_files(task: RewriteTask) -> list[Rewrite]:
    """Rewrite some files; nothing is written to disk."""
    checker = Checker(task.settings, task.needles)
    with _no_collection():
        return [
            _Rewriter(checker, place, links, allow_unsafe=task.allow_unsafe).rewrite(keys)
            for place, keys, links in zip(task.places, task.keys, task.links, strict=True)
        ]


@contextmanager
def _no_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()  # trees are large and live briefly; collecting among them costs a third
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()


def _survey(checker: Checker, place: Place, allow_unsafe: bool) -> Survey | None:
    data = read_source(place.path, place.shown_as)
    if isinstance(data, FileError):
        return Survey(place, error=data) if place.is_selected else None
    if not checker.prefilter.passes(data):
        return None
    try:
        source = SourceFile.from_bytes(place.shown_as, data)
        try:
            context = checker.context_of(place.path, source, source.parse())
        except SourceError as error:
            return _survey_broken(checker, place, source, error)
        found = checker.findings_of(place.path, context) if place.is_selected else ()
        planner = checker.planner_of(place.path, context, place.untouchable)
        own = planner.plan(
            [key_of(finding) for finding in found], Links(), allow_unsafe=allow_unsafe
        )
        alone = planner.plan_alone([], allow_unsafe=allow_unsafe)
    except SourceError as error:
        problem = FileError(place.shown_as, error.message, error.line, error.column)
        return Survey(place, error=problem) if place.is_selected else None
    except RecursionError:
        problem = FileError(place.shown_as, "is nested too deeply to be checked")
        return Survey(place, error=problem) if place.is_selected else None
    if not found and not alone.mentions:
        return None
    return Survey(place, found, None, own.renames, alone.mentions)


def _survey_broken(
    checker: Checker, place: Place, source: SourceFile, error: SourceError
) -> Survey:
    """Survey a file that does not parse: it can be told of, and never be written."""
    from flake8_ssot_engine.fixing.structural import tree_of_names

    reason = "it does not parse"
    context = checker.context_of(place.path, source, tree_of_names(source))
    planner = checker.planner_of(place.path, context, reason)
    found = checker.findings_in_broken(place.path, context) if place.is_selected else ()
    problem = FileError(place.shown_as, error.message, error.line, error.column)
    mentions = planner.plan_alone([]).mentions
    told = problem if place.is_selected else None
    return Survey(place, found, told, {}, mentions, is_fixable=False)


class _Rewriter:
    """Rewrites one file: with all that was asked for, or with what of it holds up."""

    def __init__(self, checker: Checker, place: Place, links: Links, *, allow_unsafe: bool) -> None:
        self._checker = checker
        self._place = place
        self._links = links
        self._allow_unsafe = allow_unsafe

    def rewrite(self, keys: Collection[Key]) -> Rewrite:
        data = read_source(self._place.path, self._place.shown_as)
        if isinstance(data, FileError):
            return Rewrite(self._place, failure=data.message)
        self._data = data
        self._source = SourceFile.from_bytes(self._place.shown_as, data)
        self._context = self._checker.context_of(
            self._place.path, self._source, self._source.parse()
        )
        self._planner = self._checker.planner_of(
            self._place.path, self._context, self._place.untouchable
        )
        whole, failure = self._attempt(keys)
        if not failure:
            return whole
        return self._piece_by_piece(keys, failure)

    def _piece_by_piece(self, keys: Collection[Key], failure: str) -> Rewrite:
        """Fix what can be proved; the rest is withheld with the reason of its own failure."""
        done, why = self._attempt([])
        if why:
            return Rewrite(self._place, self._data, self._data, failure=why)
        held: list[Key] = []
        withheld: dict[Key, str] = {}
        for key in keys:
            attempt, why = self._attempt([*held, key])
            if why:
                withheld[key] = f"the result could not be proved: {why}"
            else:
                done = attempt
                held.append(key)
        plan = replace(done.plan, withheld={**done.plan.withheld, **withheld})
        return replace(done, plan=plan)

    def _attempt(self, keys: Collection[Key]) -> tuple[Rewrite, str]:
        plan = self._planner.plan(keys, self._links, allow_unsafe=self._allow_unsafe)
        cannot_follow = any(plan.mentions.get(name) for name in self._links.renamed)
        if not plan.edits or cannot_follow:  # then it is planned anew, under other links
            return Rewrite(self._place, self._data, self._data, plan), ""
        applied = apply_edits(self._source.text, plan.edits)
        if applied.skipped:
            first = applied.skipped[0]
            line = self._source.position(first.edit.span.start).line
            return Rewrite(self._place), f"two changes of line {line} overlap"
        after = SourceFile(self._place.shown_as, applied.text, encoding=self._source.encoding)
        try:
            data = self._source.to_bytes(applied.text)
            self._prove(plan, after)
        except (Uncertified, SourceError) as error:
            return Rewrite(self._place), str(error)
        except UnicodeEncodeError as error:
            return Rewrite(self._place), f"{error.encoding} cannot spell the new name"
        followed = frozenset(self._links.renamed)
        return Rewrite(self._place, self._data, data, plan, followed=followed), ""

    def _prove(self, plan: FilePlan, after: SourceFile) -> None:
        renamed = {**self._links.renamed, **plan.renames}
        tree = after.parse()
        context = self._checker.context_of(
            self._place.path, after, tree, _Renamed(self._context, renamed).public_names
        )
        certify(
            self._checker.with_every_move(self._context),
            context.model,
            Agreement(renamed, plan.gone),
        )
        self._check_violations(plan, context)

    def _check_violations(self, plan: FilePlan, after: RuleContext) -> None:
        """Refuse a result in which a fixed violation is left, or a new one has come."""
        path = self._place.path
        before = _counted(self._checker.findings_of(path, self._context, with_noqa=False))
        left = _counted(self._checker.findings_of(path, after, with_noqa=False))
        for key in plan.fixed:
            before[key.code] -= 1
        before["SSOT003"] += len(plan.kept_aliases)
        for code, count in left.items():
            if count > before[code]:
                raise Uncertified(f"{code} would still be there, or be new")


class _Renamed:
    """What star imports bring once the modules they name are rewritten."""

    def __init__(
        self, context: RuleContext, renamed: Mapping[QualifiedName, QualifiedName]
    ) -> None:
        self._known = context.reexports.modules.public_names
        self._renamed = renamed

    def public_names(self, module: QualifiedName) -> frozenset[str] | None:
        known = self._known(module)
        if known is None:
            return None
        changes = {o.last: n.last for o, n in self._renamed.items() if o.parent == module}
        return frozenset(changes.get(name, name) for name in known)


def _counted(findings: Collection[Finding]) -> Counter[str]:
    return Counter(finding.violation.code for finding in findings)
