"""A pretend GSM modem: puts the program `mmcli` into a folder, and steers it."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hotspot_lite.town import mmcli

# Steps that a fault may be put at: `send after` is when it has left already.
STEPS = ("create", "send", "send after", "delete", "show", "look")


class PretendModem:
    """A modem in `folder`, which is to be on PATH.

    `fail(step, fault)` has a step of STEPS end with mmcli's words, `hang` or `die`
    (killed); an empty fault mends it.
    """

    def __init__(self, folder: Path, send_seconds: float = 0.0) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        source = Path(mmcli.__file__).read_text(encoding="utf-8")
        program = folder / "mmcli"
        # -I and -S: no site packages to look for, so it starts in a moment.
        program.write_text(f"#!{sys.executable} -IS\n{source}", encoding="utf-8")
        program.chmod(0o755)
        state = {
            "state": "registered",
            "is_there": True,
            "is_old": False,  # before 1.22
            "send_seconds": send_seconds,
            "faults": {},
            "count": 0,
            "messages": {},
            "sent": [],
            "runs": [],
            "at_once": 0,
            "most_at_once": 0,
        }
        self._file.write_text(json.dumps(state))

    @property
    def _file(self) -> Path:
        return self.folder / mmcli.STATE.name

    @contextmanager
    def _told(self) -> Iterator[dict[str, Any]]:
        with self._file.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            told: dict[str, Any] = json.load(file)
            yield told
            file.seek(0)
            file.truncate()
            json.dump(told, file)

    def set(self, **change: object) -> None:
        """Change its state: state="searching", is_there=False, is_old=True …"""
        with self._told() as told:
            assert set(change) <= set(told), change
            told.update(change)

    def fail(self, step: str, fault: str) -> None:
        """Put a fault at a step."""
        assert step in STEPS, step
        with self._told() as told:
            told["faults"][step] = fault

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The number and the text of each message that left."""
        with self._told() as told:
            return [(one["number"], one["text"]) for one in told["sent"]]

    @property
    def left(self) -> int:
        """How many messages lie in the modem still."""
        with self._told() as told:
            return len(told["messages"])

    @property
    def most_at_once(self) -> int:
        """How many were being sent at the same time, at most."""
        with self._told() as told:
            return int(told["most_at_once"])

    @property
    def runs(self) -> list[list[str]]:
        """The arguments of each run."""
        with self._told() as told:
            return [list(one) for one in told["runs"]]
