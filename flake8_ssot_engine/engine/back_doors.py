"""Back doors: the names, besides its own, by which the modules of a project reach what moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import read_source
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.deprecated_import import part_that_moved
from flake8_ssot_engine.semantics.bindings import ANY_NAME, BindingKind
from flake8_ssot_engine.source import SourceFile

_SPELLED = frozenset({BindingKind.IMPORT, BindingKind.FROM_IMPORT})


class BackDoors(NamedTuple):
    """The other names of what moved, and the files that may say the old ones.

    `doors` are sorted by name: those that a module offers on purpose (a package, `__all__`, a
    module `__getattr__`), and those that some file goes through. `exempt` are absolute paths:
    the owners, and the homes, old and new, that use a moved name.
    """

    doors: dict[QualifiedName, Match]
    exempt: tuple[str, ...]


def find_back_doors(settings: Settings, files: Sequence[str], *, jobs: int) -> BackDoors:
    """Look through the files of a project, given by absolute paths; bad ones are passed over."""
    checker = Checker(settings, find_needles(settings, jobs=jobs))
    doors: dict[QualifiedName, Match] = {}
    exempt: set[str] = set()
    for path in files:
        if any(matches(globs, path) for m in settings.migrations for globs in m.owners):
            exempt.add(path)
        data = read_source(path, path)
        if isinstance(data, FileError) or not checker.screen.prefilter.passes(data):
            continue
        try:
            source = SourceFile.from_bytes(path, data)
            context = checker.analysis.context_of(path, source, source.parse())
            every = checker.analysis.with_every_move(context)
            doors.update(_offered(every))
            doors.update(_gone_through(context))
            if _says_more(every, context) or _makes_new_from_old(every):
                exempt.add(path)
        except (SourceError, RecursionError):
            continue
    return BackDoors(dict(sorted(doors.items())), tuple(sorted(exempt)))


def _offered(context: RuleContext) -> Iterator[tuple[QualifiedName, Match]]:
    """Yield the names of what moved that a module means others to use."""
    module = context.model.module
    modules = context.reexports.modules
    for exports in modules.exports_of(module):
        names = {*(exports.listed_names() or ()), *exports.lazy_names()}
        if context.model.is_package:
            brought = (modules.public_names(star) or () for star in exports.stars())
            names.update(exports.names(), *brought)
        yield from _other_names(context, map(module.child, names - {ANY_NAME}))


def _other_names(
    context: RuleContext, names: Iterable[QualifiedName]
) -> Iterator[tuple[QualifiedName, Match]]:
    for name in names:
        match = context.match_path(name)
        if match is not None and match.symbol != name and not name.last.startswith("_"):
            yield name, match


def _gone_through(context: RuleContext) -> Iterator[tuple[QualifiedName, Match]]:
    """Yield the other names by which a file imports, or accesses, what moved."""
    for binding, match in context.imports:
        if binding.kind in _SPELLED and binding.target not in (None, match.symbol):
            assert binding.target is not None
            yield binding.target, match
    for use in context.uses:
        if use.depth > 0:
            end, match = part_that_moved(context, use)
            name = use.candidate.name.child(*use.reference.attributes[:end])
            if name != match.symbol and not name.is_under(context.model.module):
                yield name, match


def _says_more(every: RuleContext, context: RuleContext) -> bool:
    """Whether a file spells old names, in imports or by them, that are no violations there."""
    return every is not context and (
        len(every.imports) > len(context.imports) or _accesses(every) > _accesses(context)
    )


def _accesses(context: RuleContext) -> int:
    return sum(use.depth > 0 for use in context.uses)


def _makes_new_from_old(context: RuleContext) -> bool:
    """Whether a file is a new home that takes the symbol from the old one for now."""
    return any(
        context.index.match(reached) is not None
        for _, move in context.index
        if move.new is not None and move.new.parent == context.model.module
        for reached in context.reexports.reach(move.new)[1:]
    )
