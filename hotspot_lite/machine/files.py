"""Reading the kernel's small files, and not waiting for ever for anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path("/")
# A file of /sys or /proc that matters here is never longer.
MOST_BYTES = 256 * 1024

T = TypeVar("T")


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


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` answers. Raises TimeoutError where it takes longer.

    For what has no deadline of its own: a resolver, a file of a dying disk. The call
    is left alone in its thread then, which goes with the process.
    """
    answers: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as exc:
            failures.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failures:
        raise failures[0]
    if not answers:
        raise TimeoutError(f"no answer within {seconds:.0f} s")
    return answers[0]
