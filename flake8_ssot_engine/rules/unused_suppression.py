"""SSOT009: what was to suppress a violation and suppresses none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import ReferenceKind, Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.rules.context import RuleContext


class UnusedSuppression(Rule):
    """Suppression that suppresses nothing.

    What it does:
        Reports one of our codes in a `# noqa` comment, an entry of the baseline, or an owner of
        a migration that no violation needs any more. Reported by `ssot` only: Flake8 does not
        tell its plugins what it suppressed. A `# noqa` without codes is nobody's in particular
        and is not reported. Entries are judged of the files that are looked at, owners where
        that is the whole project. Both are warnings, entries errors where the environment says
        `CI`; `--stale` decides otherwise.

    Why is this bad?
        It hides the next violation that comes to the same place, and makes the migration look
        less finished than it is.

    Example:
        from app.engines.user import UserExecutionEngine  # noqa: SSOT001

    Use instead:
        from app.engines.user import UserExecutionEngine

    Fix safety:
        Safe: the code goes, and the comment with its reason where no code is left in it. Entries
        of the baseline are removed by `ssot baseline update`, owners by a person.

    """

    code = "SSOT009"
    name = "unused-suppression"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield nothing: what is unused is known when all other rules have spoken."""
        return iter(())

    def unused(
        self, span: Span, symbol: QualifiedName, text: str, *, migration: str = ""
    ) -> Violation:
        """Return the violation of a suppression at `span` for `symbol`."""
        return Violation(
            code=self.code,
            name=self.name,
            span=span,
            symbol=symbol,
            replacement=None,
            migration=migration,
            kind=ReferenceKind.TEXT,
            text=text,
        )


UNUSED_SUPPRESSION = UnusedSuppression()
