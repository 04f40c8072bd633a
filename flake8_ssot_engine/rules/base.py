"""What a rule is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import ReferenceKind, Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.rules.context import RuleContext


class Rule(ABC):
    """A stateless query against a RuleContext; its docstring is its documentation."""

    code: ClassVar[str]
    name: ClassVar[str]
    reads_imports_alone: ClassVar[bool] = False
    """Whether it makes sense where only the imports of a file are known."""

    @abstractmethod
    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield the violations of one file, in any order."""

    def violation(
        self,
        match: Match,
        span: Span,
        *,
        kind: ReferenceKind,
        text: str,
        hint: str = "",
        symbol: QualifiedName | None = None,
        reached: QualifiedName | None = None,
    ) -> Violation:
        """Return a violation of this rule; its symbol is that of the match unless it is given.

        `reached` is the name by which the file has it.
        """
        return Violation(
            code=self.code,
            name=self.name,
            span=span,
            symbol=match.symbol if symbol is None else symbol,
            replacement=match.replacement,
            migration=match.migration.id,
            kind=kind,
            text=text,
            hint=hint,
            reached=None if reached == match.symbol else reached,
        )
