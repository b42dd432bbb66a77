"""Our own key for other machines, and the pinned key of the one that we trust.

Both lie in one folder, open to nobody else: `key` and `key.pub` as ssh-keygen(1) makes
them, and `known_hosts` with one line, in the format of sshd(8).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.wires.sftp_place import Place
from hotspot_lite.wires.sftp_run import run_program

KEY, KNOWN = "key", "known_hosts"
MAKE_SECONDS, SCAN_SECONDS = 60.0, 8
# RouterOS took no Ed25519 keys of users before 7.12.
KINDS = {"ed25519": ("-t", "ed25519"), "rsa": ("-t", "rsa", "-b", "3072")}
# The one that is pinned, where a machine shows several: the first of these.
LIKED = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")


@dataclass(frozen=True)
class HostKey:
    """A machine's public key: its kind and itself, in base 64."""

    kind: str
    letters: str

    @property
    def fingerprint(self) -> str:
        """As every SSH program shows it: SHA256:…, in base 64 without padding."""
        raw = hashlib.sha256(base64.b64decode(self.letters)).digest()
        return "SHA256:" + base64.b64encode(raw).rstrip(b"=").decode()


def make(folder: Path, kind: str) -> str:
    """Make our key if there is none; its public line. Raises HotspotError."""
    if not (folder / KEY).exists():
        guard(folder)
        words = ["ssh-keygen", "-q", *KINDS[kind], "-N", "", "-C", "hotspot-lite"]
        done = run_program([*words, "-f", str(folder / KEY)], "", MAKE_SECONDS)
        if done.status:
            raise HotspotError(f"No key was made: {done.says.strip()[:200]}")
        (folder / KEY).chmod(0o600)
    return public_line(folder)


def public_line(folder: Path) -> str:
    """What other machines need of our key; "" where there is none."""
    try:
        return (folder / f"{KEY}.pub").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def guard(folder: Path) -> None:
    """Have the folder, open to its owner only. Raises HotspotError."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError as exc:
        says = f"{folder} can't be made: {exc.strerror}."
        raise HotspotError(says, "Run: hotspot-lite doctor") from exc


def shown_by(place: Place) -> HostKey:
    """The key that a machine shows to whoever asks. Raises TryAgain, GiveUp."""
    words = ["ssh-keyscan", "-T", str(SCAN_SECONDS), "-p", str(place.port)]
    done = run_program([*words, place.host], "", 2.0 * SCAN_SECONDS)
    found = {key.kind: key for key in _keys(done.out)}
    for kind in (*LIKED, *found):
        if kind in found:
            return found[kind]
    raise TryAgain(
        f"{place.host} shows no key on port {place.port}.",
        "Is it on, and is its SSH service?",
    )


def pinned(folder: Path, known_as: str) -> HostKey | None:
    """The key that a machine had when it was trusted; None: it never was."""
    try:
        text = (folder / KNOWN).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    lines = [line for line in text.splitlines() if line.split()[:1] == [known_as]]
    return next(_keys("\n".join(lines)), None)


def pin(folder: Path, known_as: str, key: HostKey) -> None:
    """Trust this key from now on, and no other."""
    guard(folder)
    new = folder / f"{KNOWN}.{os.getpid()}.{time.monotonic_ns()}"
    new.write_text(f"{known_as} {key.kind} {key.letters}\n", encoding="ascii")
    new.chmod(0o600)
    new.replace(folder / KNOWN)


def must_be_ready(folder: Path, known_as: str) -> None:
    """Raises GiveUp that says which step is missing before anything can be sent."""
    if not (folder / KEY).exists():
        raise GiveUp(
            "This box has no key for other machines yet.",
            "Run: hotspot-lite backup key",
        )
    if pinned(folder, known_as) is None:
        raise GiveUp(
            f"{known_as} was never trusted: it could be anybody.",
            "Run: hotspot-lite backup elsewhere --trust",
        )


def _keys(text: str) -> Iterator[HostKey]:
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and not line.startswith("#") and _is_base64(words[2]):
            yield HostKey(words[1], words[2])


def _is_base64(letters: str) -> bool:
    try:
        return bool(base64.b64decode(letters, validate=True))
    except binascii.Error:
        return False
