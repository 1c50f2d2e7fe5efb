"""``python -m caseflow`` is the command line."""

from __future__ import annotations

import sys

from caseflow.cli import main

sys.exit(main())
