"""What the tests of the consumer share besides its fixtures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

# Starts a consumer of app.py with these settings in its environment.
Start = Callable[..., Popen[bytes]]


def lines(done: Path, *wanted: str) -> list[str]:
    return [line for line in done.read_text().splitlines() if line.startswith(wanted)]
