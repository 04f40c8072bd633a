"""`python -m flake8_ssot_engine.sample DESTINATION`: lays the sample project out."""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_ssot_engine.sample import lay_out


def main(arguments: list[str]) -> int:
    """Copy the sample to the one argument; return 2 if that cannot be done."""
    if len(arguments) != 1:
        print("usage: python -m flake8_ssot_engine.sample DESTINATION", file=sys.stderr)
        return 2
    try:
        lay_out(Path(arguments[0]))
    except OSError as error:
        print(f"{arguments[0]}: {error.strerror}; name a folder that is not there", file=sys.stderr)
        return 2
    print(f"the sample project is in {arguments[0]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
