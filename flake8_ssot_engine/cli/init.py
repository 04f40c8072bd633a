"""`ssot init`: writes `ssot.toml`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from errno import EISDIR
from typing import Any, NoReturn

from flake8_ssot_engine.cli.output import say
from flake8_ssot_engine.cli.selection import jobs_of, positive
from flake8_ssot_engine.config.checker import check_moves
from flake8_ssot_engine.config.draft import Draft, DraftMove, render_draft
from flake8_ssot_engine.config.finder import ConfigFinder, config_file_in, project_root
from flake8_ssot_engine.config.loader import FILE_NAME, as_pattern, load_text
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError, ConfigProblem, ExitCode, SourceError, UsageError
from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.deprecations import find_deprecations
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.layout import guess_source_roots
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.proposals import Proposals, Proposer
from flake8_ssot_engine.project.review import review
from flake8_ssot_engine.project.writing import FileChanged, read_if_there, write_file
from flake8_ssot_engine.reports.init_report import render_moves, summary_of_moves

_ARROW = re.compile(r"\s*(?:->|=>|:=|==|=)\s*")


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "init",
        help=f"write {FILE_NAME}",
        description=f"Write {FILE_NAME} in this folder: from a compatibility module, from moves"
        " that you name, or, with neither, from what the project's own files say is deprecated.",
    )
    add = parser.add_argument
    add("--bridge", metavar="FILE", help="a module that re-exports names from where they live now")
    add(
        "--move",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="dotted paths; OLD alone has no replacement: it is reported, never fixed; repeatable",
    )
    add("--dry-run", action="store_true", help="print the file, and write nothing")
    add("--force", action="store_true", help=f"replace the {FILE_NAME} that is there")
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    add("--quiet", action="store_true", help="do not list the moves")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the configuration, say what is in it and what comes next; return the exit code."""
    root = os.getcwd()
    path = os.path.join(root, FILE_NAME)
    before = None if options.dry_run else _replaceable(root, is_forced=options.force)
    roots = guess_source_roots(root)
    draft = _draft(options, root, roots)
    text = render_draft(draft)
    settings = load_text(path, text)
    if options.dry_run:
        sys.stdout.write(text)
        say(summary_of_moves(draft.moves))
    else:
        _write(path, text, before)
        if not options.quiet:
            print("\n".join(render_moves(draft.moves)))
        print(f"wrote {FILE_NAME}: {summary_of_moves(draft.moves)}")
    for warning in review(settings, ()):
        say(f"warning: {warning}")
    if not options.dry_run:
        _tell_next(root)
    return ExitCode.CLEAN


def _draft(options: argparse.Namespace, root: str, roots: tuple[str, ...]) -> Draft:
    absolute = tuple(os.path.normpath(os.path.join(root, name)) for name in roots)
    proposer = Proposer(root, absolute)
    named = _named_moves(options.move)
    if options.bridge:
        name, title, found = _from_bridge(options.bridge, root, absolute, proposer)
    elif named:
        olds = [str(move.old) for move in named]
        name = named[0].old.last if len(named) == 1 else "moves"
        title, found = f"away from {olds[0]}" + " and others" * (len(olds) > 1), Proposals([], [])
    else:
        settings = Settings(root=root, source_roots=absolute)
        name, title, found = (
            "deprecated",
            "what is deprecated",
            _discovered(options, settings, proposer),
        )
    own = {move.old for move in named}
    moves = [DraftMove(move, "", "") for move in named]
    moves += [item for item in found.moves if item.move.old not in own]
    if problems := check_moves(item.move for item in moves if not item.doubt):
        raise ConfigError(tuple(problems))
    owners = [as_pattern(os.path.relpath(bridge, root)) for bridge in found.bridges]
    return Draft(name, title, moves, owners, roots if roots != (".",) else ())


def _from_bridge(
    file: str, root: str, roots: tuple[str, ...], proposer: Proposer
) -> tuple[str, str, Proposals]:
    path = os.path.abspath(file)
    if os.path.commonpath([root, path]) != root:
        raise UsageError(f"--bridge {file}: lies outside of {root}, where {FILE_NAME} is to be")
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(EISDIR, "is a folder")
        found = proposer.from_bridge(path)
    except OSError as error:
        near = _near_file(file, path, roots)
        raise UsageError(f"--bridge {file}: {error.strerror or error}{near}") from None
    except SourceError as error:
        line = "" if error.line is None else f":{error.line}"
        raise UsageError(f"--bridge {file}{line}: {error.message}") from None
    if not found.moves:
        raise UsageError(
            f"--bridge {file}: hands on no name that is defined elsewhere in the project;"
            " name the moves yourself: ssot init --move OLD=NEW"
        )
    module = found.moves[0].move.old.parent
    if not all(map(str.isidentifier, module)):
        raise UsageError(f"--bridge {file}: no import can name the module `{module}`")
    return module.last, f"away from {module}", found


def _near_file(file: str, path: str, roots: tuple[str, ...]) -> str:
    inner = os.path.join(path, "__init__.py")
    if os.path.isfile(inner):
        return f"; did you mean {os.path.join(file, '__init__.py')}?"
    try:
        module = Modules(roots).file_of(QualifiedName.parse(file))
    except ValueError:
        module = None
    return f"; did you mean {os.path.relpath(module)}?" if module else ""


def _discovered(options: argparse.Namespace, settings: Settings, proposer: Proposer) -> Proposals:
    files = [path for path, _ in find_files([settings.root], ConfigFinder(fixed=settings))]
    told = find_deprecations(files, settings.source_roots, jobs=jobs_of(options))
    found = proposer.from_deprecations(told)
    if not found.moves:
        raise UsageError(
            f"none of {len(files):,} Python files says that something in it is deprecated (by"
            " `@deprecated`, a DeprecationWarning or a docstring); name it yourself:"
            " ssot init --move old.module.Name=new.module.Name, or --bridge FILE for a module"
            " that re-exports from elsewhere"
        )
    return found


def _named_moves(texts: Sequence[str]) -> list[Move]:
    """Read what `--move` says. Raises UsageError."""
    moves = []
    for text in texts:
        old, sign, new = (part.strip() for part in text.partition("="))
        try:
            if sign and not new:
                raise ValueError("nothing stands after `=`")
            target = QualifiedName.parse(new) if sign else None
            place = ConfigProblem(f"--move {text}", None, "", "")
            moves.append(Move(QualifiedName.parse(old), target, place=place))
        except ValueError as error:
            _refuse_move(text, error)
    return moves


def _refuse_move(text: str, error: ValueError) -> NoReturn:
    ends = [_as_name(part) for part in _ARROW.split(text) if part.strip()]
    try:
        if not 1 <= len([QualifiedName.parse(end) for end in ends]) <= 2:
            raise ValueError
        told = f"did you mean `{'='.join(ends)}`?"
    except ValueError:
        told = "write `old.module.Name=new.module.Name`"
    raise UsageError(f"--move {text}: {error}; {told}")


def _as_name(text: str) -> str:
    """Return a dotted name for what may be meant as one: a path, an entry point, a call."""
    text = text.strip().strip("`'\"").removesuffix("()")
    text = re.sub(r"\.pyi?(?=::?|$)", "", text)
    return re.sub(r"::?|[/\\]", ".", text).strip(".")


def _replaceable(root: str, *, is_forced: bool) -> bytes | None:
    """Return what the file to be replaced holds, None if there is none. Raises UsageError."""
    existing = config_file_in(root)
    path = os.path.join(root, FILE_NAME)
    if existing is None:
        return None
    shown = os.path.relpath(existing, root)
    if existing != path:
        raise UsageError(
            f"{shown} declares moves already; add to them there, or take them out first"
        )
    if not is_forced:
        raise UsageError(f"{shown} is there already; --force replaces it, --dry-run only prints")
    try:
        return read_if_there(path)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror or error}") from None


def _write(path: str, text: str, before: bytes | None) -> None:
    try:
        write_file(path, before=before, after=text.encode("utf-8"))
    except FileChanged as error:
        raise UsageError(f"{FILE_NAME} {error}; nothing was written") from None
    except OSError as error:
        raise UsageError(f"{FILE_NAME} cannot be written: {error.strerror or error}") from None


def _tell_next(root: str) -> None:
    outer = project_root(root)
    if outer != root:
        say(f"warning: the project seems to start in {outer}; {FILE_NAME} holds for {root} only")
    say("next: `ssot check` shows what uses the old names; `ssot baseline create` tolerates what")
    say("there is and holds off anything new; `ssot fix --diff` shows what can be fixed")
