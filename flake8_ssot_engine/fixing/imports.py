"""Import statements: what must be written so that some of their aliases come from elsewhere.

Only what changes is edited: parentheses, comments, commas and line breaks of the rest stay.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import SourceFile, Span

_MODULE = re.compile(r"from(?P<module>(?:[.\w]|[ \t\f]|\\\r?\n)*?)(?<!\w)import\b")
_PRAGMA = re.compile(
    r"#\s*(?:noqa|nosec|type:\s*ignore|pylint|isort|ruff|mypy|pyright|pragma|fmt)\b", re.IGNORECASE
)
_AFTER_ALIAS = re.compile(
    r"[ \t\f]*(?P<comma>,?)[ \t\f]*(?P<comment>#[^\r\n]*)?(?P<end>\r\n|\r|\n)"
)
_COMMA = re.compile(r"(?:[\s\\]|#[^\r\n]*)*,")
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
        self.comments: dict[int, str] = {}
        self.found: list[Edit] = []

    def edits(self) -> list[Edit]:
        """Return the edits of the statement."""
        kept = [i for i in range(len(self.aliases)) if i not in self.replaced]
        news = [new for _, new in sorted(self.replaced.items()) if new is not None]
        in_place = self._module_that_stays(kept, news)
        staying = set(kept)
        brought: set[NewImport] = set()
        moved: dict[NewImport, int | None] = dict.fromkeys(self.added)
        for index, new in sorted(self.replaced.items()):
            if new is None:
                continue
            if in_place == (new.module,) and new not in brought:
                staying.add(index)
                self._replace(self.aliases[index], new.text)
            elif in_place != (new.module,):
                moved[new] = moved.get(new) or index
            brought.add(new)
        if staying:
            if not kept and isinstance(self.statement, ast.ImportFrom):
                self._replace_module(news[0].module or "")
            self._remove([i for i in range(len(self.aliases)) if i not in staying])
            lost = self.comments.keys() - moved.values()
            if any(not _PRAGMA.match(self.comments[index]) for index in lost):
                raise Refusal("a comment inside the import would be lost")
            self._write_after(moved)
        else:
            self.replace_statement([_spelled(names) for names in _by_module(moved)])
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
        """Take aliases out of a statement that keeps others, each with the comma after it."""
        if not gone:
            return
        kept = [i for i in range(len(self.aliases)) if i not in gone]
        last, end = kept[-1], self.aliases[-1].end
        if self.text[self.span.end - 1] != ")":  # then no comment can stand between two
            heads = [i for i in gone if i < last]
            ranges = [Span(self.aliases[i].start, self.aliases[i + 1].start) for i in heads]
            ranges += [Span(self.aliases[last].end, end)] if end > self.aliases[last].end else []
            tidied = _merged(ranges)
        else:
            ranges = [part for index in gone for part in self._parts_of(index)]
            if last + 1 < len(self.aliases) and self._comma_after(len(self.aliases) - 1) is None:
                ranges += self._last_comma(last)
            tidied = [self._tidy(span) for span in _merged(ranges)]
        self.found += [Edit(self.source.path, span, "") for span in tidied]

    def _last_comma(self, last: int) -> list[Span]:
        """Return the comma that no name follows any more, where it would look odd."""
        gap = Span(self.aliases[last].end, self.aliases[last + 1].start)
        comma = self._comma_after(last)
        if not set("#\r\n") & set(self.text[gap.start : gap.end]):
            return [gap]
        if comma is not None and self._line_start(comma) > gap.start:  # commas come first
            has_comment = "#" in self.text[comma : gap.end]
            return [Span(comma, comma + 1 if has_comment else gap.end)]
        return []

    def _parts_of(self, index: int) -> list[Span]:
        alias, comma = self.aliases[index], self._comma_after(index)
        if "#" in self.text[alias.start : alias.end]:
            raise Refusal("a comment inside the import would be lost")
        own_line = self._own_line(index)
        if own_line is not None:
            return [own_line]
        end = alias.end if comma is None else comma + 1
        if comma is not None and "#" in self.text[alias.end : comma]:
            return [self._with_blanks(alias), Span(comma, comma + 1)]
        return [self._with_blanks(Span(alias.start, end))]

    def _with_blanks(self, span: Span) -> Span:
        """Take in the blanks behind, unless nothing follows on the line."""
        end = span.end
        while self.text[end : end + 1] in (" ", "\t"):
            end += 1
        return Span(span.start, end if self._is_followed(end) else span.end)

    def _tidy(self, span: Span) -> Span:
        """Take in a line that would be left blank, or the blanks that would end one."""
        line, end = self._line_start(span.start), self._line_end(span.end)
        is_left_blank = not (self.text[line : span.start] + self.text[span.end : end]).strip()
        newline = _NEWLINE.match(self.text, end)
        if is_left_blank and newline is not None and line > self.span.start:
            return Span(line, newline.end())
        start = span.start
        while not self._is_followed(span.end) and self.text[start - 1] in " \t":
            start -= 1
        return span if self.text[start - 1] in "\r\n(" else Span(start, span.end)

    def _is_followed(self, offset: int) -> bool:
        return self.text[offset : offset + 1] not in ("", "#", ")", "\r", "\n", " ", "\t")

    def _comma_after(self, index: int) -> int | None:
        """Return where the comma behind an alias stands, past comments and line breaks."""
        match = _COMMA.match(self.text, self.aliases[index].end)
        return None if match is None else match.end() - 1

    def _own_line(self, index: int) -> Span | None:
        """Return the lines of an alias that shares them with nothing but a comment.

        The comment goes with the alias.
        """
        alias = self.aliases[index]
        line = self._line_start(alias.start)
        after = _AFTER_ALIAS.match(self.text, alias.end)
        if after is None or after.end() > self.span.end or line < self.span.start:
            return None
        if self.text[line : alias.start].strip(" \t\f"):
            return None
        if not after["comma"] and self._comma_after(index) is not None:
            return None  # the comma stands on the next line
        if after["comment"]:
            self.comments[index] = after["comment"].rstrip()
        return Span(line, after.end())

    # --- whole statements

    def replace_statement(self, statements: list[str]) -> None:
        """Write other statements in the place of this one."""
        body = self.text[self.span.start : self.span.end]
        if "#" in body:
            raise Refusal("a comment inside the import would be lost")
        line, end = self._line_start(self.span.start), self._line_end(self.span.end)
        head, rest = self.text[line : self.span.start], self.text[self.span.end : end]
        is_alone = self._has_line_to_itself()
        if statements:
            joint = self._newline(end) + head if is_alone else "; "
            self.found.append(Edit(self.source.path, self.span, joint.join(statements)))
        elif not is_alone or self._is_all_of_its_block(head, end):
            self.found.append(Edit(self.source.path, self.span, "pass"))
        elif rest.strip() and not _PRAGMA.match(rest.strip()):
            gap = len(rest) - len(rest.lstrip())
            span = Span(self.span.start, self.span.end + gap)
            self.found.append(Edit(self.source.path, span, ""))
        else:
            newline = _NEWLINE.match(self.text, end)
            span = Span(line, newline.end() if newline else end)
            self.found.append(Edit(self.source.path, span, ""))

    def _is_all_of_its_block(self, indent: str, end: int) -> bool:
        """Whether the lines around it say that nothing else is in its block."""
        before = self.text[: self.span.start].rstrip().rsplit("\n", 1)[-1]
        after = self.text[end:].lstrip("\r\n")
        is_first = re.search(r":\s*(?:#.*)?$", before) is not None
        return is_first and bool(indent) and not re.match(rf"\s*\n*{indent}\S", after)

    def _write_after(self, moved: Mapping[NewImport, int | None]) -> None:
        """Write further imports behind the statement, each with the comment of its alias."""
        if not moved:
            return
        line, end = self._line_start(self.span.start), self._line_end(self.span.end)
        head, rest = self.text[line : self.span.start], self.text[self.span.end : end].strip()
        if not self._has_line_to_itself():
            if self.comments:
                raise Refusal("a comment inside the import would be lost")
            text = "".join(f"; {_spelled(names)}" for names in _by_module(moved))
            self.found.append(Edit(self.source.path, Span(self.span.end, self.span.end), text))
            return
        newline = self._newline(end)
        pragma = f"  {rest}" if _PRAGMA.match(rest) else ""
        text = ""
        for names in _by_module(moved):
            comments = [self._comment_of(moved[name]) for name in names]
            text += f"{newline}{head}"
            if len(set(filter(None, comments))) > 1:
                lines = zip(names, comments, strict=True)
                inner = "".join(f"{newline}{head}    {n.text},{c}" for n, c in lines)
                text += f"from {names[0].module} import ({inner}{newline}{head}){pragma}"
            else:
                comment = next(filter(None, comments), "")
                text += _spelled(names) + (comment or pragma)
        self.found.append(Edit(self.source.path, Span(end, end), text))

    def _comment_of(self, index: int | None) -> str:
        return f"  {self.comments[index]}" if index is not None and index in self.comments else ""

    def _has_line_to_itself(self) -> bool:
        """Whether nothing but a comment shares its lines, a backslash before them included."""
        line, end = self._line_start(self.span.start), self._line_end(self.span.end)
        rest = self.text[self.span.end : end].strip()
        is_continued = self.text[:line].rstrip("\r\n").endswith("\\") and line > 0
        head = self.text[line : self.span.start]
        return not head.strip() and not is_continued and (not rest or rest.startswith("#"))

    def _line_start(self, offset: int) -> int:
        return self.source.line_starts[self.source.position(offset).line - 1]

    def _line_end(self, offset: int) -> int:
        match = _NEWLINE.search(self.text, offset)
        return match.start() if match else len(self.text)

    def _newline(self, offset: int) -> str:
        match = _NEWLINE.search(self.text, offset) or _NEWLINE.search(self.text)
        return match[0] if match else "\n"


def _by_module(imports: Iterable[NewImport]) -> list[list[NewImport]]:
    found: dict[str | None, list[NewImport]] = {}
    for new in imports:
        found.setdefault(new.module, []).append(new)
    return list(found.values())


def _spelled(names: list[NewImport]) -> str:
    """Return the statement that brings some names of one module."""
    start = "" if names[0].module is None else f"from {names[0].module} "
    return f"{start}import {', '.join(name.text for name in names)}"


def _merged(ranges: list[Span]) -> list[Span]:
    """Return the same places with those that touch or overlap made one."""
    found: list[Span] = []
    for span in sorted(ranges):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
