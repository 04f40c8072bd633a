"""The configuration of Ruff's TID251 (banned-api) that comes nearest to some migrations."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.back_doors import BackDoors
from flake8_ssot_engine.migrations import Enforcement, Globs, Match, Migration
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.rules.hints import advice

PREFIXES = {"pyproject": "tool.ruff.lint", "ruff.toml": "lint"}
"""What the tables of Ruff stand under, by the file that they are for."""
_CODE = "TID251"
_HEAD = """\
# Made by `ssot export ruff`; make it anew when moves, owners or re-exports change.
# Ruff must select TID251: extend-select = ["TID251"] under [{prefix}]. If the file has one of
# the tables below already, add the lines to it.
# Ruff goes by what an import or an access spells. It does not see:
#   - strings that Python resolves (`mock.patch("…")`, `import_module`, `sys.modules[…]`),
#   - `from … import *` of a module that stays while a symbol of it moves,
#   - names that are not below: those that a file of the project makes from now on,
#   - relative imports below folders without `__init__.py`, unless `namespace-packages` has them,
#   - files that do not parse, or are not UTF-8.
# It knows no phases and no baseline, and of comments only `# noqa: TID251`.
# `ssot check` reports all of these, and `ssot fix` rewrites them."""
_WILD = re.compile(r"[*?\[\\!]")
_SPECIAL = re.compile(r"[*?\[\]{}]")


def render_ruff_export(settings: Settings, found: BackDoors, *, target: str) -> Iterator[str]:
    """Yield the lines of TOML for `target`, a key of PREFIXES.

    Source: Ruff's `banned-api` and `per-file-ignores` settings, and the globset crate.
    """
    prefix = PREFIXES[target]
    yield from _HEAD.format(prefix=prefix).splitlines()
    yield ""
    yield f"[{prefix}.flake8-tidy-imports.banned-api]"
    for migration in settings.migrations:
        yield from _bans(settings, migration)
    if found.doors:
        yield "# Names under which other modules hand them on."
        for name, match in found.doors.items():
            yield _entry(name, f"this is {match.symbol}; {_advice(match, settings)}")
    exempt = list(_exempt(settings, found))
    if exempt:
        yield ""
        yield f"[{prefix}.per-file-ignores]"
        yield from exempt


def _bans(settings: Settings, migration: Migration) -> Iterator[str]:
    title = f": {printable(migration.title)}" if migration.title else ""
    yield f"# {printable(migration.id)}{title}"
    for move in sorted(migration.moves, key=lambda move: move.old):
        match = settings.index.match(move.old)
        if match is not None and match.move is move:
            yield _entry(move.old, _advice(match, settings))


def _advice(match: Match, settings: Settings) -> str:
    told = advice(match, str(match.replacement or ""))
    if match.is_exact and _has_moves_below(match.symbol, settings):
        told += ", but for names with a message of their own"
    return f"{told} ({match.migration.id})"


def _has_moves_below(name: QualifiedName, settings: Settings) -> bool:
    return any(move.old != name and move.old.is_under(name) for _, move in settings.index)


def _entry(name: QualifiedName, message: str) -> str:
    return f"{_quoted(str(name))}.msg = {_quoted(message)}"


def _quoted(text: str) -> str:
    """Return a basic string (https://toml.io/en/v1.0.0#string)."""
    return printable(json.dumps(text, ensure_ascii=False))


def _exempt(settings: Settings, found: BackDoors) -> Iterator[str]:
    """Yield what Ruff is not to look at, and what of that cannot be said to it."""
    if found.exempt:
        yield "# The owners, and homes that use a moved name."
        for path in found.exempt:
            yield _ignored(_relative(path, settings.root))
    patterns = list(dict.fromkeys(_passed_over(settings)))
    known = {pattern: _translated(*pattern, settings.root) for pattern in patterns}
    if any(known.values()):
        yield "# What `ssot check` does not look at either."
    for path in sorted({path for paths in known.values() for path in paths}):
        yield _ignored(path)
    untold = [pattern for (_, pattern), paths in known.items() if not paths]
    if untold:
        yield f"# Ruff's patterns are other ones; say this in them: {printable(', '.join(untold))}"


def _ignored(pattern: str) -> str:
    return f'{_quoted(pattern)} = ["{_CODE}"]'


def _passed_over(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the patterns of files, each with its base, for which SSOT001 is not reported."""
    every: list[Globs] = list(settings.exclude)
    every += [g for g, codes in settings.per_file_ignores if "SSOT001".startswith(codes)]
    if len(settings.migrations) == 1:
        (migration,) = settings.migrations
        every += [p.paths for p in migration.phases if p.enforce is Enforcement.OFF]
    for globs in every:
        yield from ((globs.base, pattern) for pattern in globs.patterns)


def _translated(base: str, pattern: str, root: str) -> Sequence[str]:
    """Return Ruff's patterns for one of gitignore's; none where it has wild cards inside.

    In Ruff's, an asterisk also matches slashes.
    """
    body = pattern.removesuffix("/").removesuffix("/**")
    name = body.removeprefix("/")
    if not name or _WILD.search(name):
        return ()
    if "/" not in pattern.removesuffix("/"):  # a file or folder of that name, anywhere below
        return (f"**/{_escaped(name)}/**", *(() if pattern.endswith("/") else (_escaped(name),)))
    path = os.path.join(base, name)
    if os.path.isdir(path) or body != pattern:
        return (_relative(os.path.join(path, "**"), root).replace("[*][*]", "**"),)
    return (_relative(path, root),)


def _relative(path: str, root: str) -> str:
    """Return a path from the root, so that Ruff does not take it for a bare name."""
    relative = _escaped(os.path.relpath(path, root).replace(os.sep, "/"))
    return relative if "/" in relative else f"./{relative}"


def _escaped(path: str) -> str:
    """Return the pattern of one path; TOML has no lone surrogates, which any one stands for."""
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _SPECIAL.sub(r"[\g<0>]", readable).replace("\ufffd", "?")
