"""Import statements: what must be written so that some of their aliases come from elsewhere.

Only what changes is edited: parentheses, comments, commas and line breaks of the rest stay.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.source import SourceFile, Span

_MODULE = re.compile(r"from(?P<module>(?:[.\w]|[ \t\f]|\\\r?\n)*?)(?<!\w)import\b")
_PRAGMA = re.compile(
    r"#\s*(?:noqa|nosec|type:\s*ignore|pylint|isort|ruff|mypy|pyright|pragma|fmt)\b", re.IGNORECASE
)
_AFTER_ALIAS = re.compile(
    r"[ \t\f]*(?P<comma>,?)[ \t\f]*(?P<comment>#[^\r\n]*)?(?P<end>\r\n|\r|\n)"
)
_COMMA = re.compile(r"(?:[ \t\f]|\\\r?\n)*,")
_NEWLINE = re.compile(r"\r\n|\r|\n")

Statement = ast.Import | ast.ImportFrom


class NewImport(NamedTuple):
    """One name that an import statement brings: `from module import name as alias`.

    `module` is as it is spelled, leading dots included, and None for `import name as alias`.
    """

    module: str | None
    name: str
    alias: str | None = None

    @property
    def text(self) -> str:
        """What stands between the commas."""
        return f"{self.name} as {self.alias}" if self.alias else self.name


class Change(NamedTuple):
    """What becomes of a statement: by the position of each alias what replaces it, and more.

    An alias that is replaced by None is dropped. `added` are imports that are written after
    the statement.
    """

    replaced: Mapping[int, NewImport | None]
    added: Sequence[NewImport] = ()


def change_statement(source: SourceFile, statement: Statement, change: Change) -> list[Edit]:
    """Return the edits of one import statement. Raises Refusal where a comment would be lost."""
    return _Editor(source, statement, change).edits()


def remove_statement(
    source: SourceFile, statement: ast.stmt, *, is_alone: bool = False
) -> list[Edit]:
    """Return the edits that take a statement of one line away; with it a block must not end.

    Raises Refusal where a comment would be lost.
    """
    editor = _Editor(source, statement, Change({}))
    if is_alone:
        return [Edit(source.path, editor.span, "pass")]
    editor.replace_statement([])
    return editor.found


class _Editor:
    def __init__(self, source: SourceFile, statement: ast.stmt, change: Change) -> None:
        self.source = source
        self.text = source.text
        self.statement = statement
        self.span = source.span_of(statement)
        self.aliases = [source.span_of(alias) for alias in getattr(statement, "names", [])]
        self.replaced = change.replaced
        self.added = list(change.added)
        self.moved_comments: list[str] = []
        self.found: list[Edit] = []

    def edits(self) -> list[Edit]:
        kept = [i for i in range(len(self.aliases)) if i not in self.replaced]
        news = [new for _, new in sorted(self.replaced.items()) if new is not None]
        in_place = self._module_that_stays(kept, news)
        staying = set(kept)
        brought: set[NewImport] = set()
        for index, new in sorted(self.replaced.items()):
            if new is None:
                continue
            if in_place == (new.module,) and new not in brought:
                staying.add(index)
                self._replace(self.aliases[index], new.text)
            elif in_place != (new.module,):
                self.added.append(new)
            brought.add(new)
        if staying:
            if not kept and isinstance(self.statement, ast.ImportFrom):
                self._replace_module(news[0].module or "")
            self._remove([i for i in range(len(self.aliases)) if i not in staying])
            self._write_after(_statements(self.added))
        else:
            self.replace_statement(_statements(self.added))
        return self.found

    def _module_that_stays(self, kept: list[int], news: list[NewImport]) -> tuple[str | None, ...]:
        """Return, as a tuple of one, the module that the statement itself goes on to name."""
        if isinstance(self.statement, ast.Import):
            return (None,)
        if kept:
            spelled = _MODULE.match(self.text, self.span.start)
            return (re.sub(r"[\s\\]", "", spelled["module"]),) if spelled else ()
        named = [new.module for new in news if new.module is not None]
        return (named[0],) if news and news[0].module is not None else ()

    def _replace(self, span: Span, text: str) -> None:
        if self.text[span.start : span.end] == text:
            return
        if "#" in self.text[span.start : span.end]:
            raise Refusal("a comment inside the import would be lost")
        self.found.append(Edit(self.source.path, span, text))

    def _replace_module(self, module: str) -> None:
        match = _MODULE.match(self.text, self.span.start)
        if match is None:
            raise Refusal("the import is written in a way that is not understood")
        spelled = match["module"]
        inner = spelled.strip(" \t\f\r\n\\")
        if inner == module:
            return
        start = match.start("module") + spelled.index(inner)
        before = " " if start == match.start("module") and not module.startswith(".") else ""
        after = " " if start + len(inner) == match.end("module") else ""
        span = Span(start, start + len(inner))
        self.found.append(Edit(self.source.path, span, before + module + after))

    # --- taking aliases out

    def _remove(self, gone: list[int]) -> None:
        """Take aliases out of a statement that keeps others."""
        if not gone:
            return
        first_of_tail = len(self.aliases)
        while first_of_tail - 1 in gone:
            first_of_tail -= 1
        ranges: list[Span] = []
        for index in gone:
            own_line = self._own_line(index)
            if own_line is not None:
                ranges.append(own_line)
            elif index >= first_of_tail:
                ranges.append(self._without_comma_before(index))
            else:
                ranges.append(self._without_comma_after(index))
        for start, end in _merged(ranges):
            self.found.append(Edit(self.source.path, Span(start, end), ""))

    def _own_line(self, index: int) -> Span | None:
        """Return the lines of an alias that shares them with nothing but a comment.

        The comment goes with the alias.
        """
        alias = self.aliases[index]
        line = self._line_start(alias.start)
        after = _AFTER_ALIAS.match(self.text, alias.end)
        if after is None or after.end() > self.span.end or line < self.span.start:
            return None
        if self.text[line : alias.start].strip(" \t\f") or "#" in self.text[line : alias.end]:
            return None
        if not after["comma"] and index + 1 < len(self.aliases):
            return None  # the comma stands on the next line
        if after["comment"]:
            self.moved_comments.append(after["comment"].rstrip())
        return Span(line, after.end())

    def _without_comma_before(self, index: int) -> Span:
        alias = self.aliases[index]
        if index == 0:
            return alias
        before = self.aliases[index - 1].end
        if "#" in self.text[before : alias.start]:
            return self._without_comma_after(index)
        return Span(before, alias.end)

    def _without_comma_after(self, index: int) -> Span:
        alias = self.aliases[index]
        following = self.aliases[index + 1].start if index + 1 < len(self.aliases) else None
        if following is not None and not set("#\r\n") & set(self.text[alias.end : following]):
            return Span(alias.start, following)
        comma = _COMMA.match(self.text, alias.end)
        end = comma.end() if comma else alias.end
        while (
            end < len(self.text) and self.text[end] in " \t" and self.text[end : end + 3] != "  #"
        ):
            end += 1
        return Span(alias.start, end)

    # --- whole statements

    def replace_statement(self, statements: list[str]) -> None:
        """Write other statements in the place of this one."""
        body = self.text[self.span.start : self.span.end]
        if "#" in body:
            raise Refusal("a comment inside the import would be lost")
        line, end = self._line_start(self.span.start), self._line_end(self.span.end)
        head, rest = self.text[line : self.span.start], self.text[self.span.end : end]
        is_alone = not head.strip() and (not rest.strip() or rest.lstrip().startswith("#"))
        if statements:
            joint = self._newline(end) + head if is_alone else "; "
            self.found.append(Edit(self.source.path, self.span, joint.join(statements)))
        elif not is_alone:
            self.found.append(Edit(self.source.path, self.span, "pass"))
        elif rest.strip() and not _PRAGMA.match(rest.strip()):
            gap = len(rest) - len(rest.lstrip())
            span = Span(self.span.start, self.span.end + gap)
            self.found.append(Edit(self.source.path, span, ""))
        else:
            newline = _NEWLINE.match(self.text, end)
            span = Span(line, newline.end() if newline else end)
            self.found.append(Edit(self.source.path, span, ""))

    def _write_after(self, statements: list[str]) -> None:
        if not statements:
            return
        line, end = self._line_start(self.span.start), self._line_end(self.span.end)
        head, rest = self.text[line : self.span.start], self.text[self.span.end : end]
        if head.strip() or (rest.strip() and not rest.lstrip().startswith("#")):
            if self.moved_comments:
                raise Refusal("a comment inside the import would be lost")
            text = "".join(f"; {statement}" for statement in statements)
            self.found.append(Edit(self.source.path, Span(self.span.end, self.span.end), text))
            return
        comments = list(dict.fromkeys(self.moved_comments))
        if _PRAGMA.match(rest.strip()):
            comments.append(rest.strip())
        comment = "".join(f"  {comment}" for comment in dict.fromkeys(comments))
        newline = self._newline(end)
        text = "".join(f"{newline}{head}{statement}{comment}" for statement in statements)
        self.found.append(Edit(self.source.path, Span(end, end), text))

    def _line_start(self, offset: int) -> int:
        return self.source.line_starts[self.source.position(offset).line - 1]

    def _line_end(self, offset: int) -> int:
        match = _NEWLINE.search(self.text, offset)
        return match.start() if match else len(self.text)

    def _newline(self, offset: int) -> str:
        match = _NEWLINE.search(self.text, offset) or _NEWLINE.search(self.text)
        return match[0] if match else "\n"


def _statements(imports: Sequence[NewImport]) -> list[str]:
    """Return the statements that bring some names, one for each module."""
    by_module: dict[str | None, list[str]] = {}
    for new in dict.fromkeys(imports):
        by_module.setdefault(new.module, []).append(new.text)
    return [
        f"import {', '.join(names)}"
        if module is None
        else f"from {module} import {', '.join(names)}"
        for module, names in by_module.items()
    ]


def _merged(ranges: list[Span]) -> list[Span]:
    """Return the same places with those that touch or overlap made one."""
    found: list[Span] = []
    for span in sorted(ranges):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
