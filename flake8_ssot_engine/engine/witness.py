"""Witness: what a verdict on a file asked about other files, and what the answers were.

The verdict stands wherever the same questions have the same answers.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.semantics.targets import Targets

_LONG = 64


class Fact(NamedTuple):
    """A question about a name, or about a folder in the place of one, and the answer as a text."""

    question: str
    name: QualifiedName
    answer: str

    def holds_in(self, reexports: Reexports) -> bool:
        """Whether others give the same answer."""
        return told(_QUESTIONS[self.question](reexports, self.name)) == self.answer


class Witness(Reexports):
    """Answers as other ones do, and notes in `facts` what it was asked."""

    def __init__(self, inner: Reexports) -> None:
        self.facts: dict[Fact, None] = {}
        self._inner = inner
        super().__init__(_WitnessOfModules(inner.modules, self.ask))

    def ask(self, question: str, name: QualifiedName) -> Any:
        """Return the answer to a question, and note it."""
        answer = _QUESTIONS[question](self._inner, name)
        self.facts[Fact(question, name, told(answer))] = None
        return answer

    def reach(self, name: QualifiedName) -> tuple[QualifiedName, ...]:
        """Return every name that `name` may stand for."""
        found: tuple[QualifiedName, ...] = self.ask("reach", name)
        return found

    def step(self, name: QualifiedName) -> Targets:
        """Return what the module of `name` says that it is."""
        found: Targets = self.ask("step", name)
        return found

    def home(self, name: QualifiedName) -> QualifiedName | None:
        """Follow a name to the one module of the project that defines it."""
        found: QualifiedName | None = self.ask("home", name)
        return found

    def kinds_of(self, name: QualifiedName) -> set[BindingKind]:
        """Return by what kinds of binding a name is defined at its home."""
        found: set[BindingKind] = self.ask("kinds", name)
        return found


class _WitnessOfModules(Modules):
    """The modules that a witness knows: of these, no rule asks more than can be noted."""

    def __init__(self, inner: Modules, ask: Callable[[str, QualifiedName], Any]) -> None:
        super().__init__(inner.roots)
        self._ask = ask

    def file_of(self, module: QualifiedName) -> str | None:
        """Return the file of a module."""
        found: str | None = self._ask("file", module)
        return found

    def is_module(self, name: QualifiedName) -> bool:
        """Whether a name is a module or a package."""
        return bool(self._ask("module", name))

    def binds(self, name: QualifiedName) -> bool:
        """Whether the module that a name starts with binds what follows."""
        return bool(self._ask("binds", name))

    def split(self, name: QualifiedName) -> tuple[QualifiedName, tuple[str, ...]]:
        """Split a name into the longest module that exists and the attributes after it."""
        found: tuple[QualifiedName, tuple[str, ...]] = self._ask("split", name)
        return found

    def is_package(self, folder: str) -> bool:
        """Whether an absolute folder has an `__init__` file."""
        return bool(self._ask("package", QualifiedName((folder,))))

    def _public_names(self, module: QualifiedName) -> frozenset[str] | None:
        found: frozenset[str] | None = self._ask("public", module)
        return found

    # All else comes down to these, which a verdict asks through what is noted alone.

    def is_file(self, path: str) -> NoReturn:
        """Refuse to answer."""
        raise NotImplementedError(f"{path}: a verdict asked for what no witness notes")

    def is_folder(self, path: str) -> NoReturn:
        """Refuse to answer."""
        raise NotImplementedError(f"{path}: a verdict asked for what no witness notes")

    def content_of(self, path: str) -> NoReturn:
        """Refuse to answer."""
        raise NotImplementedError(f"{path}: a verdict asked for what no witness notes")


_QUESTIONS: Mapping[str, Callable[[Reexports, QualifiedName], Any]] = {
    "reach": lambda of, name: of.reach(name),
    "step": lambda of, name: of.step(name),
    "home": lambda of, name: of.home(name),
    "kinds": lambda of, name: of.kinds_of(name),
    "file": lambda of, name: of.modules.file_of(name),
    "module": lambda of, name: of.modules.is_module(name),
    "binds": lambda of, name: of.modules.binds(name),
    "split": lambda of, name: of.modules.split(name),
    "public": lambda of, name: of.modules.public_names(name),
    "package": lambda of, name: of.modules.is_package(name[0]),
}


def told(answer: Any) -> str:
    """Return an answer as a text: a hash where it is long."""
    text = _spelled(answer)
    if len(text) <= _LONG:
        return text
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _spelled(answer: Any) -> str:
    if isinstance(answer, QualifiedName):
        return str(answer)
    if isinstance(answer, enum.Enum):
        return answer.name
    if isinstance(answer, (tuple, list)):
        return f"[{' '.join(map(_spelled, answer))}]"
    if isinstance(answer, (set, frozenset)):
        return f"{{{' '.join(sorted(map(_spelled, answer)))}}}"
    return str(answer)
