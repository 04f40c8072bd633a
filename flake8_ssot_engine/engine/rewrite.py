"""Rewrite: the new bytes of a file, under what files have settled; proved before they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from flake8_ssot_engine.edits import Edit, PlacedEdit, apply_edits
from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key, Links
from flake8_ssot_engine.engine.proof.certificate import certify
from flake8_ssot_engine.engine.proof.compiling import compiles
from flake8_ssot_engine.engine.proof.texts import certify_prose, certify_spans
from flake8_ssot_engine.engine.proof.trees import UNPROVED, Agreement, Uncertified
from flake8_ssot_engine.engine.run import read_source
from flake8_ssot_engine.engine.shared import Shared, checker_of
from flake8_ssot_engine.engine.survey import Place
from flake8_ssot_engine.engine.text_files import TextFile, read_text
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.garbage import no_collection
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.source import SourceFile


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The bytes of one file before and after, with the plan that led from the one to the other.

    `followed` are the names of other files that it follows. `failure` is why the file was given
    up: the certificate's reason. `leads_on` says that what it left may be fixed in another round.
    """

    place: Place
    before: bytes = b""
    after: bytes = b""
    plan: FilePlan = field(default_factory=FilePlan)
    failure: str = ""
    followed: frozenset[QualifiedName] = frozenset()
    leads_on: bool = False


class RewriteTask(NamedTuple):
    """Some files of one configuration, with the violations to fix in each.

    Only those of `Links` that a file has to do with are in `links`, one for each file.
    """

    shared: Shared
    places: tuple[Place, ...]
    keys: tuple[tuple[Key, ...], ...]
    links: tuple[Links, ...]
    allow_unsafe: bool


def rewrite_files(task: RewriteTask) -> list[Rewrite]:
    """Rewrite some files; nothing is written to disk."""
    analysis = checker_of(task.shared).analysis
    with no_collection():
        return [
            rewriter_of(analysis, place, allow_unsafe=task.allow_unsafe).rewrite(keys, links)
            for place, keys, links in zip(task.places, task.keys, task.links, strict=True)
        ]


def rewriter_of(
    analysis: Analysis, place: Place, *, allow_unsafe: bool, has_rounds: bool = True
) -> Rewriter | TextRewriter:
    """Return what rewrites a file, be it Python or not.

    Unless it `has_rounds`, it is not looked what another round would fix.
    """
    if analysis.texts.are_read and is_text(place.path):
        return TextRewriter(analysis, place, allow_unsafe=allow_unsafe)
    return Rewriter(analysis, place, allow_unsafe=allow_unsafe, has_rounds=has_rounds)


class TextRewriter:
    """Rewrites one file that is no Python: with all that was asked for, or what holds up."""

    def __init__(self, analysis: Analysis, place: Place, *, allow_unsafe: bool) -> None:
        self._place = place
        self._allow_unsafe = allow_unsafe
        data = read_text(place.path, place.shown_as, analysis.contents)
        self._data, self._error = (b"", data.message) if isinstance(data, FileError) else (data, "")
        self._file = TextFile(analysis.texts, place.path, self._data, place.shown_as)

    def placed(self, edits: Collection[Edit]) -> list[PlacedEdit]:
        """Return edits of this file with lines and columns."""
        return [edit.placed_in(self._file.source) for edit in edits]

    def rewrite(self, keys: Collection[Key], links: Links) -> Rewrite:
        """Fix the violations `keys`; nothing else is asked of such a file."""
        if self._error:
            return Rewrite(self._place, failure=self._error)
        return _rewritten(self._attempt, keys, Rewrite(self._place, self._data, self._data))

    def _attempt(self, keys: Collection[Key]) -> tuple[Rewrite, str]:
        try:
            plan, after = self._file.rewritten(keys, allow_unsafe=self._allow_unsafe)
        except Uncertified as error:
            return Rewrite(self._place), str(error)
        return Rewrite(self._place, self._data, after if plan.edits else self._data, plan), ""


def _rewritten(
    attempt: Callable[[Collection[Key]], tuple[Rewrite, str]],
    keys: Collection[Key],
    unchanged: Rewrite,
) -> Rewrite:
    """Return what an attempt makes of a file, or else of what can be proved by itself.

    An attempt tells why it failed. What fails is withheld with the reason of its own failure:
    where a part fails its halves are tried, so that one bad apple of many costs little.
    """
    done, why = attempt(keys)
    if not why:
        return done
    done, why = attempt([])
    if why:
        return replace(unchanged, failure=f"{UNPROVED}: {why}")
    held: list[Key] = []
    withheld: dict[Key, str] = {}
    waiting = [list(keys)]
    while waiting:
        part = waiting.pop()
        further, why = attempt([*held, *part])
        if not why:
            done = further
            held += part
        elif len(part) == 1:
            withheld[part[0]] = f"{UNPROVED}: {why}"
        else:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
    plan = done.plan._replace(withheld={**done.plan.withheld, **withheld})
    return replace(done, plan=plan)


class Rewriter:
    """Rewrites one file: with all that was asked for, or with what of it holds up."""

    def __init__(
        self, analysis: Analysis, place: Place, *, allow_unsafe: bool, has_rounds: bool
    ) -> None:
        self._analysis = analysis
        self._place = place
        self._has_rounds = has_rounds
        self._verdicts: dict[_Case, bool | str] = {}
        self._links = Links()
        self._allow_unsafe = allow_unsafe
        self._error = ""
        try:
            self._read()
        except SourceError as error:  # it was sound when it was surveyed
            self._error = error.message

    def _read(self) -> None:
        data = read_source(self._place.path, self._place.shown_as, self._analysis.contents)
        if isinstance(data, FileError):
            raise SourceError(data.message)
        self._data = data
        self._source = SourceFile.from_bytes(self._place.shown_as, data)
        self._context = self._analysis.context_of(
            self._place.path, self._source, self._source.parse()
        )
        self._planner = self._analysis.planner_of(
            self._place.path, self._context, self._place.untouchable
        )

    def placed(self, edits: Collection[Edit]) -> list[PlacedEdit]:
        """Return edits of this file with lines and columns."""
        return [edit.placed_in(self._source) for edit in edits]

    def rewrite(self, keys: Collection[Key], links: Links) -> Rewrite:
        """Fix the violations `keys`, and follow `links`."""
        if self._error:
            return Rewrite(self._place, failure=self._error)
        self._links = links
        return _rewritten(self._attempt, keys, Rewrite(self._place, self._data, self._data))

    @cached_property
    def _compiled_before(self) -> bool:
        return compiles(self._source.text)

    @cached_property
    def _count_before(self) -> Counter[str]:
        path = self._place.path
        return _counted(self._analysis.findings_of(path, self._context, with_noqa=False))

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
        try:
            data = self._source.to_bytes(applied.text)
        except UnicodeEncodeError as error:
            return Rewrite(self._place), f"{error.encoding} cannot spell the new name"
        case = _Case.of(plan, self._links)
        if case not in self._verdicts:
            self._verdicts[case] = self._judge(plan, applied.text)
        verdict = self._verdicts[case]
        if isinstance(verdict, str):
            return Rewrite(self._place), verdict
        followed = frozenset(self._links.renamed)
        return Rewrite(self._place, self._data, data, plan, followed=followed, leads_on=verdict), ""

    def _judge(self, plan: FilePlan, text: str) -> bool | str:
        """Return whether another round may fix more, or why the result cannot be proved."""
        after = SourceFile(self._place.shown_as, text, encoding=self._source.encoding)
        try:
            return self._prove(plan, after)
        except (Uncertified, SourceError) as error:
            return str(error)

    def _prove(self, plan: FilePlan, after: SourceFile) -> bool:
        """Raise Uncertified, or return whether another round may fix more."""
        renamed = {**self._links.renamed, **plan.renames}
        tree = after.parse()
        if self._compiled_before and not compiles(after.text):  # `await` in the wrong place parses
            raise Uncertified("the result does not compile")
        context = self._analysis.context_of(
            self._place.path, after, tree, _Renamed(self._context, renamed).public_names
        )
        before = self._context
        if plan.texts:
            before = self._with_texts(plan)
        certify(
            self._analysis.with_every_move(before),
            context.model,
            Agreement(renamed, {name.last for name in plan.gone}),
        )
        is_any_left = self._check_violations(plan, context)
        if not self._has_rounds or not (is_any_left or "noqa" in after.text.lower()):
            return False
        left = self._analysis.findings_of(self._place.path, context)
        planner = self._analysis.planner_of(self._place.path, context, self._place.untouchable)
        further = planner.plan_alone([key_of(finding) for finding in left], allow_unsafe=False)
        return bool(further.fixed)

    def _with_texts(self, plan: FilePlan) -> RuleContext:
        """Return the file with its comments and strings rewritten alone. Raises Uncertified."""
        text = apply_edits(self._source.text, plan.texts).text
        certify_spans(self._source.text, text, plan.texts)
        source = SourceFile(self._place.shown_as, text, encoding=self._source.encoding)
        certify_prose(self._source, source, only_prose=not self._allow_unsafe)
        return self._analysis.context_of(self._place.path, source, source.parse())

    def _check_violations(self, plan: FilePlan, after: RuleContext) -> bool:
        """Refuse a result in which a fixed violation is left, or a new one has come.

        Returns whether any is left.
        """
        path = self._place.path
        before = self._count_before.copy()
        left = _counted(self._analysis.findings_of(path, after, with_noqa=False))
        for key in plan.fixed:
            before[key.code] -= 1
        before["SSOT003"] += len(plan.kept_aliases)
        for code, count in left.items():
            if count > before[code]:
                raise Uncertified(f"{code} would still be there, or be new")
        return bool(left)


class _Case(NamedTuple):
    """All that a proof depends on: plans that have it in common are proved together.

    Violations that are fixed are told apart by their codes, for these are what is counted.
    """

    edits: tuple[Edit, ...]
    texts: tuple[Edit, ...]
    codes: tuple[str, ...]
    kept_aliases: frozenset[str]
    gone: frozenset[QualifiedName]
    renames: frozenset[tuple[QualifiedName, QualifiedName]]
    followed: frozenset[tuple[QualifiedName, QualifiedName]]

    @classmethod
    def of(cls, plan: FilePlan, links: Links) -> _Case:
        return cls(
            plan.edits,
            plan.texts,
            tuple(sorted(key.code for key in plan.fixed)),
            plan.kept_aliases,
            plan.gone,
            frozenset(plan.renames.items()),
            frozenset(links.renamed.items()),
        )


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
