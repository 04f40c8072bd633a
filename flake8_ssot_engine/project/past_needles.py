"""Needles of the past: the words by which a file of any snapshot can reach a moved symbol.

As in `needles.py`, but for all snapshots at once: each content is searched once, whatever
modules have it. So the words are those of every snapshot; a word too many changes no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.git_objects import shared_objects
from flake8_ssot_engine.project.needles import OpenDoors
from flake8_ssot_engine.project.outlines import Outline, Outliner
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.past_files import PastFile
from flake8_ssot_engine.project.prefilter import Needles, Prefilter, needles_of
from flake8_ssot_engine.project.reading import LARGEST_TEXT
from flake8_ssot_engine.project.texts import OldName, TextSearch, is_binary
from flake8_ssot_engine.records import NamedTuple

MAY_BREAK, MAY_MENTION, IS_MISSING = 1, 2, 4
"""What a search tells of a content, added up: 0 where none of it is so."""
_CHUNK = 200


class Content(NamedTuple):
    """A content by its object's name, whether a source file has it, and which modules have."""

    name: str
    is_source: bool
    modules: tuple[str, ...]


class Searched(NamedTuple):
    """What is known of some contents, once they were searched for `needles`.

    `outlines` are, by content and module, what hands something on.
    """

    needles: Needles
    flags: dict[str, int]
    outlines: dict[tuple[str, str], Outline]


class _Task(NamedTuple):
    folder: str
    token: str
    settings: Settings
    needles: Needles
    contents: tuple[Content, ...]
    is_wanted: Callable[[bytes], bool] | None


def search(
    settings: Settings,
    place: tuple[str, str],
    contents: Sequence[Content],
    known: Searched | None,
    workers: Workers,
    is_wanted: Callable[[bytes], bool] | None,
    keep: Callable[[Searched], None],
) -> Searched:
    """Search contents, but for those of which it is known what they hold; return of all.

    `place` is what `shared_objects` takes. `is_wanted`, a function at the top of a module, says
    what makes a content one that may break a rule besides. `keep` hears of what is known so far.
    """
    first = needles_of(settings.index)
    done = known or Searched(first, {}, {})
    while True:
        doors = OpenDoors(settings.index)
        todo = [
            content
            for content in contents
            if content.name not in done.flags
            or any((content.name, module) not in done.outlines for module in content.modules)
        ]
        tasks = [
            _Task(*place, settings, done.needles, tuple(todo[at : at + _CHUNK]), is_wanted)
            for at in range(0, len(todo), _CHUNK)
        ]
        for flags, outlines in workers.map(_search, tasks):
            done.flags.update(flags)
            done.outlines.update(outlines)
            keep(done)
        for outline in done.outlines.values():
            doors.add(outline)
        words = Needles.union([done.needles, first, doors.needles()])
        if words == done.needles:
            return done
        done = Searched(words, {}, {})


def needles_among(settings: Settings, searched: Searched, modules: Iterable[PastFile]) -> Needles:
    """Return the words by which a file can reach a moved symbol where there are these modules."""
    doors = OpenDoors(settings.index)
    for path, name in modules:
        outline = searched.outlines.get((name, path), _NOTHING)
        if outline.edges or outline.stars:
            doors.add(outline)
    return Needles.union([needles_of(settings.index), doors.needles()])


def _search(task: _Task) -> tuple[dict[str, int], dict[tuple[str, str], Outline]]:
    moves = task.settings.index
    prefilter = Prefilter(moves, task.needles)
    outliner = Outliner(task.settings.source_roots, moves, task.needles)
    texts = TextSearch([OldName(move.old) for _, move in moves])
    wanted = task.is_wanted or (lambda data: False)
    flags: dict[str, int] = {}
    outlines: dict[tuple[str, str], Outline] = {}
    objects = shared_objects(task.folder, task.token)
    read = objects.contents([content.name for content in task.contents])
    for content, data in zip(task.contents, read, strict=True):
        for module in content.modules:
            outlines[content.name, module] = _NOTHING
        if data is None:
            flags[content.name] = IS_MISSING
            continue
        passes = content.is_source and prefilter.passes(data)
        if passes:
            for module in content.modules if outliner.can_hand_on(data) else ():
                if outline := outliner.outline(module, data):
                    outlines[content.name, module] = _cut(outline, task.needles)
        may_mention = len(data) <= LARGEST_TEXT and texts.may_name(data) and not is_binary(data)
        may_break = passes or (content.is_source and wanted(data))
        flags[content.name] = MAY_BREAK * may_break + MAY_MENTION * may_mention
    return flags, outlines


_NOTHING = Outline(QualifiedName(()), (), ())


def _cut(outline: Outline, needles: Needles) -> Outline:
    """Leave out what spells no needle: it can lead to no door."""
    words = needles.names | needles.leaks
    edges = tuple(edge for edge in outline.edges if not words.isdisjoint(edge[1]))
    return outline._replace(edges=edges)
