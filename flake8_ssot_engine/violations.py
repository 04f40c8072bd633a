"""Violation: one finding, as every face shows it, with how much it weighs."""

from __future__ import annotations

import enum

from flake8_ssot_engine.edits import Applicability, Fix
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span


class ReferenceKind(enum.Enum):
    """The ways in which code names a moved symbol, as progress counts them."""

    IMPORT = "import"
    """An alias of an import statement."""
    INSTANTIATION = "instantiation"
    """A call, or a hand-over to something that will call."""
    ANNOTATION = "annotation"
    """Within an annotation, evaluated or not."""
    BASE_CLASS = "base-class"
    """In the bases of a class statement."""
    ISINSTANCE = "isinstance"
    """The class argument of `isinstance`, `issubclass`, or a class pattern."""
    ATTRIBUTE = "attribute"
    """Reached as an attribute of a module, or an attribute of the symbol itself."""
    VALUE = "value"
    """Any other use as a value."""
    ALIAS = "alias"
    """A binding that gives the symbol another name."""
    STRING = "string"
    """A string that Python will resolve."""
    RE_EXPORT = "re-export"
    """Handed on to other modules."""
    TEXT = "text"
    """Documentation, comments and other files."""


class Severity(enum.Enum):
    """How much a finding weighs."""

    ERROR = "error"
    """Fails the run."""
    WARNING = "warning"
    """Is told, and fails nothing."""
    HINT = "hint"
    """Is tolerated: the baseline holds it."""


class Fingerprint(NamedTuple):
    """What a violation is known by from run to run: no line number, no text of a message.

    `scope` is the qualified name of the definition around it within its module, MODULE_SCOPE
    outside of any. `ordinal` counts, from 0, those that are alike in all else.
    """

    code: str
    path: str
    scope: str
    symbol: str
    ordinal: int

    @property
    def digest(self) -> str:
        """64 hexadecimal digits (SHA-256)."""
        import hashlib  # only some formats ask for it

        text = "\0".join((self.code, self.path, self.scope, self.symbol, str(self.ordinal)))
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


MODULE_SCOPE = "<module>"
"""The scope of what stands in no definition (as Python's own tracebacks name it)."""


class Violation(NamedTuple):
    """One finding in one file.

    `span` is in code points; a `# noqa` counts on the line where it starts. `symbol` is the
    qualified name at fault, `replacement` its new one. `text` is the sentence about it,
    `hint` the statement or expression to write instead, ready to paste ("" where there is
    none). `applicability` is how far its fix may be trusted, None where nothing may be
    rewritten; `unfixable_because` then says why. `fix` has the edits, where they were asked
    for. `reached` is the name that re-exports the symbol here, None where that is its own.
    `doubt` says why the finding itself may be wrong, "" where it is certain.
    `enforced` says why it is an error though the baseline holds it, "" where nothing does.
    """

    code: str
    name: str
    span: Span
    symbol: QualifiedName
    replacement: QualifiedName | None
    migration: str
    kind: ReferenceKind
    text: str
    hint: str = ""
    applicability: Applicability | None = None
    fix: Fix | None = None
    unfixable_because: str = ""
    doubt: str = ""
    enforced: str = ""
    reached: QualifiedName | None = None

    @property
    def message(self) -> str:
        """The one line that every face shows after the code."""
        fix = "" if self.applicability is None else f" [fix: {self.applicability.label}]"
        doubt = f" [uncertain: {self.doubt}]" if self.doubt else ""
        enforced = f" [enforced: {self.enforced}]" if self.enforced else ""
        migration = f" ({self.migration})" if self.migration else ""
        return f"{self.text}{doubt}{fix}{enforced}{migration}"
