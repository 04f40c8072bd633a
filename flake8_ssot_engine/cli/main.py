"""Entry point of `ssot`: the one error handler, and the exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from flake8_ssot_engine.cli.ahead import opened_ahead
from flake8_ssot_engine.errors import ExitCode, SsotError
from flake8_ssot_engine.reports.escape import printable_error, printable_lines


def run() -> NoReturn:
    """Be the process of `ssot`, which ends with its exit code.

    To free one by one what the end frees at once takes a twentieth of a short run, as mypy found
    (`mypy.util.hard_exit`). It is not done where something may have to be ended in order: whatever
    has threads, processes or a log imports `threading`.
    """
    gc.set_threshold(50_000)  # most of what is made lives to the end
    kept: list[object] = []
    code = main(kept=kept)
    gc.freeze()  # nothing of it is worth looking for what nobody needs any more
    if "threading" not in sys.modules and _is_all_out():
        os._exit(code)
    sys.exit(code)


def _is_all_out() -> bool:
    """Write what was printed; False where that fails, of which Python tells at its end."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by the caller
                stream.flush()
    except (OSError, ValueError):
        return False
    return True


def main(arguments: Sequence[str] | None = None, *, kept: list[object] | None = None) -> int:
    """Run `ssot` with `arguments` (default: the process's own); return its exit code.

    What is added to `kept` is not freed when the run ends.
    """
    if sys.stdout is None:  # closed by the caller, `>&-`: the exit code is all that is wanted
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - ends with us
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        opened = opened_ahead(words)  # first of all: another process looks while this one imports
        options = _parsed(words)
        options.opened, options.kept = opened, [] if kept is None else kept
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SsotError as error:
        print(f"ssot: {printable_error(error)}", file=sys.stderr)
        return ExitCode.USAGE
    except KeyboardInterrupt:
        print("ssot: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away; Python would say so again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.VIOLATIONS
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            return _report_bug()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"ssot: what is printed cannot be written: {error.strerror}", file=sys.stderr)
        return ExitCode.USAGE
    except Exception:
        return _report_bug()


def _parsed(words: list[str]) -> Any:
    """Return the options that a command line gives; ends where it is none."""
    if words == ["check"]:
        from flake8_ssot_engine.cli.bare import bare_options
        from flake8_ssot_engine.cli.check import add_command

        return bare_options(add_command)
    from flake8_ssot_engine.cli.arguments import make_parser

    return make_parser(words[0] if words else "").parse_args(words)


def _report_bug() -> ExitCode:
    import traceback

    print(printable_lines(traceback.format_exc()), end="", file=sys.stderr)
    print("ssot: this is a bug in ssot; please report the lines above", file=sys.stderr)
    return ExitCode.INTERNAL
