"""`python -m flake8_ssot_engine.sample [DESTINATION]`: lays the sample out, prints where it is."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.sample import lay_out


def main(arguments: list[str]) -> int:
    """Copy the sample to the one argument, or else to a new temporary folder."""
    if len(arguments) > 1:
        print("usage: python -m flake8_ssot_engine.sample [DESTINATION]", file=sys.stderr)
        return ExitCode.USAGE
    destination = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp()) / "ssot-sample"
    try:
        lay_out(destination)
    except OSError as error:
        told = f"{destination}: {error.strerror or error}; name a folder that is not there yet"
        print(told, file=sys.stderr)
        return ExitCode.USAGE
    print(destination)
    return ExitCode.CLEAN


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
