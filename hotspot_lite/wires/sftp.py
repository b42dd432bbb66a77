"""Puts files on another machine over SFTP, by OpenSSH's own `sftp` program.

Knows its options and its batch language (sftp(1), ssh_config(5)). It signs in by our
key only, speaks only with the machine whose key was pinned (`sftp_keys`), and each run
ends by a deadline. Names there are of plain letters: none can be an option or a path.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.wires import sftp_keys
from hotspot_lite.wires.sftp_place import Place
from hotspot_lite.wires.sftp_run import run_program
from hotspot_lite.wires.sftp_words import trouble

# To connect, to agree on keys and to sign in: small routers take seconds for it.
CONNECT_SECONDS = 8
# Of a whole run, whoever calls; a silent line is noticed sooner.
LEAST_SECONDS = 1.0
ALIVE_SECONDS = 5
# What a cut costs on a slow line; newer programs would take 255 KB.
PIECE_BYTES = 32 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
# As the program itself writes it with -n: mode, links, user, group, bytes, time, name.
ROW = re.compile(r"-[rwxsStT-]{9}\S*\s+\S+\s+\S+\s+\S+\s+(\d+)\s.*?([^\s/]+)")


class OutOfTime(TryAgain):
    """The deadline came while bytes were moving."""


class Far:
    """The folder on the other machine; `ends` by time.monotonic() ends every run.

    `keys` is the folder with our key and the pinned one of the machine.
    """

    def __init__(self, place: Place, keys: Path, ends: float) -> None:
        self.place, self._keys, self._ends = place, keys, ends

    def listing(self) -> Mapping[str, int]:
        """The files in the folder: name and size in bytes."""
        return _rows(self._run(["ls -lna"]))

    def put(self, file: Path, name: str, from_bytes: int = 0) -> Mapping[str, int]:
        """Copy `file` there as `name`, going on after `from_bytes` that are there.

        What is there afterwards. Raises OutOfTime where it was moving and has to go on
        another time.
        """
        how = "reput" if from_bytes else "put"
        line = f"{how} {_local(file)} {_remote(name)}"
        return _rows(self._run([line, "ls -lna"], file.parent))

    def get(self, name: str, file: Path) -> None:
        """Copy `name` from there to a new `file`."""
        self._run([f"get {_remote(name)} {_local(file)}"], file.parent)

    def settle(
        self, rename: tuple[str, str] | None, remove: Iterable[str]
    ) -> Mapping[str, int]:
        """Give a file its name and delete others; what is there afterwards.

        What can't be deleted stays, and is in what comes back.
        """
        lines = [f"rename {_remote(rename[0])} {_remote(rename[1])}"] if rename else []
        lines += [f"-rm {_remote(name)}" for name in remove]
        return _rows(self._run([*lines, "ls -lna"]))

    def _run(self, lines: Sequence[str], work: Path | None = None) -> str:
        sftp_keys.must_be_ready(self._keys, self.place.known_as)
        seconds = self._ends - time.monotonic()
        if seconds < LEAST_SECONDS:
            raise OutOfTime(f"There was no time left for {self.place.host}.")
        batch = "".join(
            f"{line}\n" for line in (f'cd "{self.place.folder}"', *lines, "bye")
        )
        done = run_program(self._words(), batch, seconds, work)
        if done.status is None:
            raise OutOfTime(f"{self.place} took longer than there was time for.")
        if done.status:
            raise trouble(done.says, self.place)
        return done.out

    def _words(self) -> list[str]:
        options = {
            "IdentityFile": _quoted(self._keys / sftp_keys.KEY),
            "UserKnownHostsFile": _quoted(self._keys / sftp_keys.KNOWN),
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "UpdateHostKeys": "no",
            "CheckHostIP": "no",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "PreferredAuthentications": "publickey",
            "BatchMode": "yes",
            "ConnectTimeout": str(CONNECT_SECONDS),
            "ServerAliveInterval": str(ALIVE_SECONDS),
            "ServerAliveCountMax": "2",
            "ClearAllForwardings": "yes",
            "LogLevel": "ERROR",
        }
        told = [word for pair in options.items() for word in ("-o", "=".join(pair))]
        # No file of the machine's or of the user's may change what is said here.
        words = ["sftp", "-F", "none", *told, "-P", str(self.place.port)]
        return [*words, "-B", str(PIECE_BYTES), "-b", "-", self.place.target]


def _rows(out: str) -> dict[str, int]:
    found = (ROW.fullmatch(line.strip()) for line in out.splitlines())
    return {row[2]: int(row[1]) for row in found if row}


def _quoted(path: Path) -> str:
    # In ssh_config(5) a blank parts words, and % begins a token.
    return '"' + str(path).replace("%", "%%") + '"'


def _remote(name: str) -> str:
    if not NAME.fullmatch(name):
        raise GiveUp("That is no name of a copy.", "See: hotspot-lite backup elsewhere")
    return name


def _local(file: Path) -> str:
    return _remote(file.name)
