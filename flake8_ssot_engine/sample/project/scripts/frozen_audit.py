"""Fails where a file that was signed off has changed since.

    python scripts/frozen_audit.py --record FILE...    # sign the files off, as they are now
    python scripts/frozen_audit.py FILE...             # exit code 1 if one of them is not so now
"""

import hashlib
import sys
from pathlib import Path

MANIFEST = Path("frozen.sha256")  # in the folder where the command runs


def digest(name: str) -> str:
    return hashlib.sha256(Path(name).read_bytes()).hexdigest()


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--record"]:
        MANIFEST.write_text("".join(f"{digest(name)}  {name}\n" for name in arguments[1:]))
        return 0
    signed_off = set(MANIFEST.read_text().splitlines())
    changed = [name for name in arguments if f"{digest(name)}  {name}" not in signed_off]
    for name in changed:
        print(f"{name} is not what was signed off")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
