"""Runs one of OpenSSH's programs, and all that it starts, for so long at most."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.errors import GiveUp

PROGRAMS = ("sftp", "ssh", "ssh-keygen", "ssh-keyscan")
NO_PROGRAM = (
    "The programs of OpenSSH are not on this box.",
    "Run: sudo apt install openssh-client",
)


@dataclass(frozen=True)
class Done:
    """What a run came to; `status` None: its time was over."""

    status: int | None
    out: str = ""
    says: str = ""


def run_program(
    words: Sequence[str], given: str, seconds: float, work: Path | None = None
) -> Done:
    """Run one of OpenSSH's programs, and all that it starts, for so long at most.

    Raises GiveUp where it isn't there.
    """
    environ = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    try:
        process = subprocess.Popen(  # noqa: S603  no shell; every word is checked
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=work,
            env=environ,
            # sftp starts ssh, which would outlive it and hold the pipes.
            start_new_session=True,
        )
    except OSError:
        raise GiveUp(*NO_PROGRAM) from None
    with process:
        try:
            out, says = process.communicate(given.encode(), seconds)
        except subprocess.TimeoutExpired:
            return Done(None)
        finally:
            _end(process)
    return Done(
        process.returncode,
        out.decode("utf-8", "replace"),
        says.decode("utf-8", "replace"),
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def must_be_installed() -> None:
    """Raises GiveUp where one of them is not on this box."""
    if not all(shutil.which(name) for name in PROGRAMS):
        raise GiveUp(*NO_PROGRAM)
