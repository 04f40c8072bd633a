"""Proposals: the moves that a bridge, or what is deprecated in a project, stands for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_engine.config.checker import check_moves
from flake8_ssot_engine.config.draft import DraftMove
from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.bridge import moves_of, public_names
from flake8_ssot_engine.project.deprecations import Found, find_deprecations
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.modules import Modules, is_package_file
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.project.replacements import Replacements
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.deprecations import Deprecation
from flake8_ssot_engine.semantics.exports import Exports

_LONGEST_HINT = 160
_IS_PACKAGE = "it is a package, and what lies below it would be moved too"
_CIRCLE = "it would move in a circle, or to two places"


class Proposals(NamedTuple):
    """Moves in order of their old names, and the absolute paths of the bridges among the files."""

    moves: list[DraftMove]
    bridges: list[str]


class Proposer:
    """Makes proposals for the project that starts in the absolute folder `root`."""

    def __init__(self, root: str, source_roots: tuple[str, ...]) -> None:
        self._root = root
        self._modules = Modules(source_roots)
        self._reexports = Reexports(self._modules)
        self._replacements = Replacements(self._reexports)

    def from_bridge(self, path: str) -> Proposals:
        """Return a move for each name that the file hands on, and one for the module itself.

        The latter unless it also defines something, or is a package of other modules. Without any
        name there is no proposal. Raises SourceError, and OSError.
        """
        bridge = self._modules.read(path)
        told = find_deprecations([path], self._modules.roots, jobs=1)
        texts = [text for found in told for text in _texts_about(bridge.module, found)]
        moves = moves_of(bridge, self._reexports)
        is_whole = not _own_names(bridge) and not _has_submodules(path)
        drafts = [DraftMove(move, "", "") for move in moves]
        if moves and is_whole:
            drafts.append(
                DraftMove(
                    self._whole_module(bridge, moves, texts),
                    "",
                    "the module itself, for whatever else is taken from it",
                )
            )
        return Proposals(drafts, [path])

    def from_deprecations(self, every: Sequence[Found]) -> Proposals:
        """Return the moves of what files say is deprecated."""
        drafts: dict[QualifiedName, DraftMove] = {}
        bridges = []
        for found in every:
            for draft in self._of_file(found):
                known = drafts.get(draft.move.old)
                is_better = known is not None and known.doubt and not draft.doubt
                if known is None or is_better:
                    drafts[draft.move.old] = draft
                    if draft.reason == _HANDED_ON and found.path not in bridges:
                        bridges.append(found.path)
        chosen = self._without_catch_alls(drafts.values())
        kept = [draft for draft in chosen if not self._is_covered(draft, drafts)]
        return Proposals(_without_circles(sorted(kept, key=lambda draft: draft.move.old)), bridges)

    def _of_file(self, found: Found) -> Iterator[DraftMove]:
        file = self._modules.file_of(found.module) or ""
        is_shadowed = os.path.splitext(file)[0] != os.path.splitext(found.path)[0]
        if is_shadowed or not all(map(_is_spellable, found.module)):
            return  # nothing can import it
        for deprecation in found.deprecations:
            place = f"{os.path.relpath(found.path, self._root)}:{deprecation.line}"
            reason = deprecation.evidence.value
            if deprecation.message:
                reason += f": {_cut(deprecation.message)}"
            if deprecation.name == found.module:
                yield from self._of_module(found, deprecation, place, reason)
            else:
                move = self._of_symbol(deprecation)
                is_private = deprecation.name.last.startswith("_")
                doubt = deprecation.doubt or ("it is private" if is_private else "")
                yield DraftMove(move, place, reason, doubt)

    def _of_symbol(self, deprecation: Deprecation) -> Move:
        old = deprecation.name
        new = None
        home = self._reexports.home(old)
        if home is not None and home != old and not home.last.startswith("_"):
            new = home
        for text in (deprecation.message, *deprecation.others):
            new = new or self._replacements.named_in(text, old)
        return Move(old, new, hint=_cut(deprecation.message))

    def _of_module(
        self, found: Found, deprecation: Deprecation, place: str, reason: str
    ) -> Iterator[DraftMove]:
        try:
            module = self._modules.read(found.path)
        except (OSError, ValueError):  # gone meanwhile
            return
        texts = _texts_about(found.module, found)
        moves = [
            move
            for move in moves_of(module, self._reexports)
            if move.new is not None and not move.new.is_under(found.module)
        ]
        own = _own_names(module)
        is_bridge = bool(moves) and (not own or module.listed_names() is not None)
        doubt = deprecation.doubt or (_IS_PACKAGE if _has_submodules(found.path) else "")
        if is_bridge and not deprecation.doubt:
            yield from (DraftMove(move, place, _HANDED_ON, "") for move in moves)
        whole = self._whole_module(module, moves if is_bridge and not own else [], texts)
        if own and not all(self._modules.binds(whole.new.child(name)) for name in own if whole.new):
            whole = whole._replace(new=None)
        yield DraftMove(whole._replace(hint=_cut(deprecation.message)), place, reason, doubt)

    def _whole_module(self, module: Exports, moves: Sequence[Move], texts: Sequence[str]) -> Move:
        """Return the move of a module itself: where all of it lives, or where its texts point."""
        homes = {self._modules.split(move.new)[0]: None for move in moves if move.new}
        if len(homes) == 1:
            return Move(module.module, next(iter(homes)))
        told = (self._replacements.named_in(text, module.module) for text in texts)
        new = next((name for name in told if name is not None), None)
        if homes and new not in homes:
            new = None
        hint = f"what it hands on lives in {', '.join(map(str, homes))}" if homes else ""
        return Move(module.module, new, hint=_cut(hint))

    def _without_catch_alls(self, drafts: Iterable[DraftMove]) -> Iterator[DraftMove]:
        """Take away what is told to be used instead of several things: it cannot be them all."""
        every = list(drafts)
        counts = Counter(draft.move.new for draft in every)
        for draft in every:
            old, new = draft.move.old, draft.move.new
            if new is not None and counts[new] > 1 and not self._is_same(new, old):
                draft = draft._replace(move=draft.move._replace(new=None))
            yield draft

    def _is_same(self, new: QualifiedName, old: QualifiedName) -> bool:
        return self._modules.is_module(old) or self._replacements.is_made_of(new, old)

    def _is_covered(self, draft: DraftMove, drafts: dict[QualifiedName, DraftMove]) -> bool:
        """Whether the move of a whole module gives a symbol the replacement that it lacks."""
        whole = drafts.get(draft.move.old.parent)
        has_none = draft.move.new is None and whole is not None
        return has_none and whole is not None and not whole.doubt and whole.move.new is not None


_HANDED_ON = "handed on by a module that is deprecated"


def _texts_about(module: QualifiedName, found: Found) -> list[str]:
    about = (told for told in found.deprecations if told.name == module)
    return [text for told in about for text in (told.message, *told.others)]


def _own_names(module: Exports) -> list[str]:
    """Return the public names that a module binds to something of its own."""
    return [name for name in public_names(module) if module.targets(name).own]


def _has_submodules(path: str) -> bool:
    if not is_package_file(path):
        return False
    with os.scandir(os.path.dirname(path)) as entries:
        return any(
            (entry.name.endswith(SUFFIXES) and not is_package_file(entry.path))
            or (entry.is_dir() and entry.name.isidentifier() and entry.name != "__pycache__")
            for entry in entries
        )


def _without_circles(drafts: list[DraftMove]) -> list[DraftMove]:
    """Return moves that can stand beside one another; those that cannot are in doubt."""
    while True:
        placed = {
            index: draft.move._replace(place=ConfigProblem("", index, "", ""))
            for index, draft in enumerate(drafts)
            if not draft.doubt
        }
        lines = {problem.line for problem in check_moves(placed.values())}
        if not lines:
            return drafts
        drafts = [
            draft._replace(doubt=_CIRCLE) if index in lines else draft
            for index, draft in enumerate(drafts)
        ]


def _is_spellable(part: str) -> bool:
    try:
        QualifiedName.parse(part)
    except ValueError:
        return False
    return True


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_HINT:
        return text
    return text[:_LONGEST_HINT].rsplit(" ", 1)[0].rstrip(",;:") + " …"
