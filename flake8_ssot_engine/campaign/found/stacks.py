"""Stacks: of the calls that are under way, those that a person wants to see."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from types import CodeType, FrameType

from flake8_ssot_engine.campaign.found.uses import Frame

MANY_FRAMES = 40
"""Calls that are kept of a stack, those nearest to the old name."""
_IMPORT_SYSTEM = "<frozen importlib."
_MACHINERY = frozenset({"_pytest", "pluggy", "xdist", "pytest"})
"""Packages that run tests: their calls are on every stack."""
_OUR_OWN = __name__.rpartition(".")[0]
_FOREIGN = frozenset({"site-packages", "dist-packages"})


def is_of_import_system(frame: FrameType) -> bool:
    """Whether a call is one of Python's own while it imports."""
    return frame.f_code.co_filename.startswith(_IMPORT_SYSTEM)


class Stacks:
    """Looks through calls, as seen from the root of a project."""

    def __init__(self, root: str) -> None:
        """Take what Python, and what is installed, brings for foreign."""
        self._root = os.path.join(root, "")
        self._real_root = os.path.join(os.path.realpath(root), "")
        self._here = os.getcwd()
        library = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sys.prefix)
        folders = [os.path.join(self.path_of(folder), "") for folder in library if folder]
        self._foreign = tuple(f for f in folders if f.startswith(self._root) and f != self._root)
        self._own: dict[CodeType, bool] = {}

    def place_of(self, frame: FrameType | None) -> FrameType | None:
        """Return the nearest call that is code of the project's."""
        while frame is not None and not self.is_of_project(frame):
            frame = frame.f_back
        return frame

    def is_of_project(self, frame: FrameType) -> bool:
        """Whether a call is code of the project's."""
        code = frame.f_code
        known = self._own.get(code)
        if known is None:
            name = code.co_filename
            known = not name.startswith("<") and self._is_inside(self.path_of(name))
            self._own[code] = known
        return known

    def path_of(self, file_name: str) -> str:
        """Return the absolute path of a file as its code names it, below the root as that is given.

        Python may know the root by the name that a symbolic link stands for.
        """
        path = os.path.abspath(os.path.join(self._here, file_name))
        if not path.startswith(self._root) and path.startswith(self._real_root):
            path = self._root + path[len(self._real_root) :]
        return path

    def shown(self, file_name: str) -> str:
        """Return a file, as its code names it, as a record does."""
        path = self.path_of(file_name)
        inside = path.startswith(self._root)
        return path[len(self._root) :].replace(os.sep, "/") if inside else path

    def absolute(self, shown: str) -> str:
        """Return the absolute path of what a record names."""
        return os.path.join(self._root, shown)

    def frame_of(self, frame: FrameType) -> Frame:
        """Return a call as a record names it."""
        name = frame.f_code.co_filename
        path = name if name.startswith("<") else self.shown(name)
        function = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
        return Frame(path, frame.f_lineno or 0, function)

    def stack_of(self, frame: FrameType | None) -> tuple[Frame, ...]:
        """Return the calls down to `frame`, without those of what runs tests and imports.

        Nor those of what runs that.
        """
        found: list[Frame] = []
        telling = 0
        for one in _outwards(frame):
            if _is_machinery(one):
                telling = len(found)
            elif not is_of_import_system(one):
                found.append(self.frame_of(one))
        kept = found[: telling or len(found)]
        return tuple(reversed(kept[:MANY_FRAMES]))

    def _is_inside(self, path: str) -> bool:
        return (
            path.startswith(self._root)
            and not path.startswith(self._foreign)
            and _FOREIGN.isdisjoint(path[len(self._root) :].split(os.sep))
        )


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_machinery(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] in _MACHINERY or module.startswith(_OUR_OWN)
