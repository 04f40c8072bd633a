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
        moved module's file (`engines/legacy.py`), or in code. Fenced blocks of Markdown, literal
        and code blocks of reStructuredText, doctest examples and the cells of a notebook are read
        as Python files are: imports in every form, attributes, calls that have to change, strings
        that are resolved. One block is one program; so are all examples of a docstring or of a
        file, and all cells of a notebook. What does not parse is told as uncertain. Elsewhere (in
        inline code, comments, shell scripts) `from module import name` is seen.
        Reported by `ssot` only: Flake8 hands its plugins no other files. A bare name is
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
        Safe in comments, docstrings and other files: the path is rewritten, and a block of code as
        SSOT001, SSOT002 and SSOT004 rewrite a Python file, with the same proof; a block is fixed
        as a whole or left, among examples and cells what is said of one symbol. `await` may stand
        anywhere in a notebook. Unsafe where it would be in a Python file, and in other
        strings of Python, for a program may compare them. Withheld where the line speaks of a
        change (deprecated, removed, replaced, `git mv` and the like), where the same text names
        the new one as well and so may be about the move, where a line number follows a file's
        path, in a URL, in code that does not parse or is shown as a mistake (a cross, "wrong",
        "anti-pattern" beside or above it), and where in inline code or a comment the uses of an
        imported name are not surely understood.
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
