"""Reading the kernel's small files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/")
# A file of /sys or /proc that matters here is never longer.
MOST_BYTES = 256 * 1024


def text_of(path: Path) -> str:
    """What a file says, without the white space around it; "" if it can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace").strip("\0 \t\r\n")
    except (OSError, ValueError):
        return ""


def number_in(path: Path, base: int = 10) -> int | None:
    """The first number in a file; None where there is none."""
    try:
        return int(text_of(path).split()[0], base)
    except (IndexError, ValueError):
        return None


def is_shut(path: Path) -> bool:
    """Whether there is something that this user, or this sandbox, may not read."""
    try:
        with path.open("rb"):
            return False
    except PermissionError:
        return True
    except OSError:
        return False
