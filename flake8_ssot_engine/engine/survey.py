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
from functools import cached_property
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import Edit, PlacedEdit, apply_edits
from flake8_ssot_engine.engine.check import Checker, FileError, Finding, key_of
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.proof.certificate import certify
from flake8_ssot_engine.engine.proof.trees import Agreement, Uncertified
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
    names, with the reason where it cannot follow a change, else ""; `follow_ups` are the names
    of its own that would change if it followed them all; `gone` are those that it would lose.
    """

    place: Place
    findings: tuple[Finding, ...] = ()
    error: FileError | None = None
    renames: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict)
    mentions: Mapping[QualifiedName, str] = field(default_factory=dict)
    follow_ups: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict)
    gone: frozenset[QualifiedName] = frozenset()
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


class SingleTask(NamedTuple):
    """Some files of one configuration, with the violations of each to be fixed one by one.

    `mentioned` are the files that name an attribute of one of these.
    """

    settings: Settings
    needles: Needles | None
    places: tuple[Place, ...]
    keys: tuple[tuple[Key, ...], ...]
    mentioned: Mapping[QualifiedName, tuple[Place, ...]]


def fix_singly(task: SingleTask) -> list[dict[Key, tuple[PlacedEdit, ...] | str]]:
    """Return, for each file, the edits that fix each violation by itself, or why it cannot be.

    Edits may be of several files.
    """
    checker = Checker(task.settings, task.needles)
    with _no_collection():
        singly = _Singly(checker, task.mentioned)
        return [
            {key: singly.fix(place, key) for key in keys}
            for place, keys in zip(task.places, task.keys, strict=True)
        ]


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
            _Rewriter(checker, place, allow_unsafe=task.allow_unsafe).rewrite(keys, links)
            for place, keys, links in zip(task.places, task.keys, task.links, strict=True)
        ]


@contextmanager
def _no_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()  # trees are large and live briefly; collecting among them costs a third
    gc.freeze()  # what is there already is not looked through again
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()
            gc.unfreeze()


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
    return Survey(
        place, found, None, own.renames, alone.mentions, alone.renames, own.gone | alone.gone
    )


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

    def __init__(self, checker: Checker, place: Place, *, allow_unsafe: bool) -> None:
        self._checker = checker
        self._place = place
        self._links = Links()
        self._allow_unsafe = allow_unsafe
        self._error = ""
        try:
            self._read()
        except SourceError as error:  # it was sound when it was surveyed
            self._error = error.message

    def _read(self) -> None:
        data = read_source(self._place.path, self._place.shown_as)
        if isinstance(data, FileError):
            raise SourceError(data.message)
        self._data = data
        self._source = SourceFile.from_bytes(self._place.shown_as, data)
        self._context = self._checker.context_of(
            self._place.path, self._source, self._source.parse()
        )
        self._planner = self._checker.planner_of(
            self._place.path, self._context, self._place.untouchable
        )

    def placed(self, edits: Collection[Edit]) -> list[PlacedEdit]:
        """Return edits of this file with lines and columns."""
        position = self._source.position
        return [
            PlacedEdit(edit.path, position(edit.span.start), position(edit.span.end), edit.text)
            for edit in edits
        ]

    def rewrite(self, keys: Collection[Key], links: Links) -> Rewrite:
        """Fix the violations `keys`, and follow `links`."""
        if self._error:
            return Rewrite(self._place, failure=self._error)
        self._links = links
        whole, failure = self._attempt(keys)
        if not failure:
            return whole
        return self._piece_by_piece(keys, failure)

    @cached_property
    def _count_before(self) -> Counter[str]:
        path = self._place.path
        return _counted(self._checker.findings_of(path, self._context, with_noqa=False))

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
            Agreement(renamed, {name.last for name in plan.gone}),
        )
        self._check_violations(plan, context)

    def _check_violations(self, plan: FilePlan, after: RuleContext) -> None:
        """Refuse a result in which a fixed violation is left, or a new one has come."""
        path = self._place.path
        before = self._count_before.copy()
        left = _counted(self._checker.findings_of(path, after, with_noqa=False))
        for key in plan.fixed:
            before[key.code] -= 1
        before["SSOT003"] += len(plan.kept_aliases)
        for code, count in left.items():
            if count > before[code]:
                raise Uncertified(f"{code} would still be there, or be new")


class _Singly:
    """Fixes violations one by one, each with the files that depend on it."""

    def __init__(
        self, checker: Checker, mentioned: Mapping[QualifiedName, tuple[Place, ...]]
    ) -> None:
        self._checker = checker
        self._mentioned = mentioned
        self._rewriters: dict[str, _Rewriter] = {}

    def fix(self, place: Place, key: Key) -> tuple[PlacedEdit, ...] | str:
        kept: dict[QualifiedName, str] = {}
        while True:
            edits, obstacles = self._attempt(place, key, kept)
            if isinstance(edits, str) or not obstacles.keys() - kept.keys():
                return edits
            kept.update(obstacles)

    def _attempt(
        self, place: Place, key: Key, kept: Mapping[QualifiedName, str]
    ) -> tuple[tuple[PlacedEdit, ...] | str, dict[QualifiedName, str]]:
        """Return the edits, or why there are none, and the names that must be kept for them."""
        first = self._rewriter(place).rewrite([key], Links({}, kept, kept))
        if key not in first.plan.fixed:
            return first.failure or first.plan.withheld.get(key, "it cannot be fixed alone"), {}
        edits = self._rewriter(place).placed(first.plan.edits)
        waiting = list(first.plan.renames.items())
        done: dict[str, dict[QualifiedName, QualifiedName]] = {}
        while waiting:
            old, new = waiting.pop()
            for other in self._mentioned.get(old, ()):
                renamed = done.setdefault(other.path, {})
                if old in renamed:
                    continue
                renamed[old] = new
                follower = self._rewriter(other).rewrite([], Links(renamed, kept))
                reason = follower.failure or follower.plan.mentions.get(old, "")
                if reason:
                    return (), {old: f"{other.shown_as} names `{old}`: {reason}"}
                edits = [edit for edit in edits if edit.path != other.shown_as]
                edits += self._rewriter(other).placed(follower.plan.edits)
                waiting += follower.plan.renames.items()
        return tuple(edits), {}

    def _rewriter(self, place: Place) -> _Rewriter:
        if place.path not in self._rewriters:
            self._rewriters[place.path] = _Rewriter(self._checker, place, allow_unsafe=True)
        return self._rewriters[place.path]


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
