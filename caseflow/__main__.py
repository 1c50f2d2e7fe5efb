"""The command ``caseflow``, and ``python -m caseflow``: to the room of its first word, so that the calculator does not wait
for a site that it does not need.
"""

from __future__ import annotations

import sys
from importlib import import_module

_ROOMS = {"footprint": "caseflow.cli.footprint"}


def main() -> int:
    """Run the command of the process; returns the exit code."""
    code: int = import_module(_ROOMS.get("".join(sys.argv[1:2]), "caseflow.cli.main")).main()
    return code


if __name__ == "__main__":
    sys.exit(main())
