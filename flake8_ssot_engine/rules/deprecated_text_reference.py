"""SSOT008: a text that names what has moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import ReferenceKind, Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.rules.context import RuleContext


class DeprecatedTextReference(Rule):
    """Text that names a deprecated symbol or module.

    What it does:
        Reports comments, docstrings and other strings of Python files, and Markdown,
        reStructuredText, TOML, INI, YAML, JSON, notebooks, XML, shell scripts, Dockerfiles and
        the like, where they name what has moved: by its whole dotted path, by the path of a
        moved module's file (`engines/legacy.py`), or in a `from module import name` in an
        example. Reported by `ssot` only: Flake8 hands its plugins no other files. A bare name is
        no violation, for it may be that of anything; `ssot status` counts those. What says how
        things were is passed over: changelogs, release notes, histories, upgrade guides,
        decision records (`adr/`), the configuration itself, and what `text-exclude` names. So
        are strings that another rule reports, files that Python cannot parse, and files that are
        binary or larger than 20 MB.

    Why is this bad?
        Whoever follows an example imports what is deprecated, a path in a configuration leads
        nowhere once the old module is gone, and no test tells.

    Example:
        See `app.engines.legacy.ExecutionEngine`.

    Use instead:
        See `app.engines.user.UserExecutionEngine`.

    Fix safety:
        Safe in comments, docstrings and other files: the path is rewritten, and in an example
        the import, with the uses of its names in the same block of code. Unsafe in other
        strings of Python, for a program may compare them. Withheld where the line speaks of a
        change (deprecated, removed, replaced, `git mv` and the like), where the same text names
        the new one as well and so may be about the move, where a line number follows a file's
        path, in a URL, and where the names, uses or calls of an import are not surely
        understood: of an example, only `from module import name` and the uses of that name are.
        The rest of the file stays as it is byte for byte, and JSON, notebooks, TOML, INI and
        (where PyYAML is installed) YAML hold what they held, but for those texts.

    """

    code = "SSOT008"
    name = "deprecated-text-reference"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield nothing: texts are no matter of what names stand for, and are read apart."""
        return iter(())

    def named(self, match: Match, span: Span, text: str, hint: str, *, why: str = "") -> Violation:
        """Return the violation of a place in a text; `why` says why it is not to be fixed."""
        return self.violation(match, span, kind=ReferenceKind.TEXT, text=text, hint=hint)._replace(
            unfixable_because=why
        )


DEPRECATED_TEXT = DeprecatedTextReference()
