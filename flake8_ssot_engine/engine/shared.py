"""What the tasks of one project share, in whatever process they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.screening import UNUSED
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.texts.reader import TextReader
    from flake8_ssot_engine.project.texts import OldName


class Shared(NamedTuple):
    """The settings and needles of a project; `token` is another for each state of its files.

    `contents` are those of files that hold something else than is on the disk. Texts are looked
    at only if asked for; `olds` are the old names in them, where they are known. `shows_fixes`
    is what it is to a Checker.
    """

    settings: Settings
    needles: Needles | None
    token: str
    contents: tuple[tuple[str, bytes], ...] = ()
    reads_texts: bool = False
    olds: tuple[OldName, ...] = ()
    shows_fixes: bool = False


@lru_cache(maxsize=4)
def checker_of(shared: Shared) -> Checker:
    """Return the checker for some tasks: within one process, what it has read serves them all."""
    texts = texts_of(shared.settings, shared.olds) if shared.reads_texts else None
    return Checker(
        shared.settings,
        shared.needles,
        dict(shared.contents),
        texts=texts,
        shows_fixes=shared.shows_fixes,
    )


def texts_of(settings: Settings, olds: Sequence[OldName] = ()) -> Callable[[], TextReader] | None:
    """Return what makes the reader of texts; None where nothing of them is to be told."""
    if not (settings.selects(DEPRECATED_TEXT.code) or settings.selects(UNUSED)):
        return None
    return partial(_reader, settings, olds)


def _reader(settings: Settings, olds: Sequence[OldName]) -> TextReader:
    from flake8_ssot_engine.engine.texts.reader import TextReader  # few files name anything

    return TextReader(settings, olds)
