"""Files under a passphrase, in the format of age: `age -d FILE` opens them anywhere.

As age-encryption.org/v1 writes it (github.com/C2SP/C2SP/blob/main/age.md): scrypt makes
a key of the passphrase, ChaCha20-Poly1305 seals pieces of 64 KiB, and the last is
marked, so a cut is seen. Only one piece is in memory, and scrypt's 64 MiB for a second.
`cryptography` is imported when a file is sealed or opened, never by a daemon at rest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from hotspot_lite.errors import BadInput

MAGIC = b"age-encryption.org/v1\n"
ENDING = ".age"
PIECE, TAG = 64 * 1024, 16
# 2 to this power: 64 MiB, as much as a sign-in takes. `age` itself takes 256 MiB, which
# a Pi of 512 MB has not. What others made is opened up to 1 GiB.
WORK, MOST_WORK = 16, 20
LEAST_LETTERS = 12
STANZA = re.compile(
    rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n"
)
MAC = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")


@dataclass(frozen=True)
class Passphrase:
    """What seals; it is never shown."""

    letters: bytes = field(repr=False)


class WrongPassphrase(BadInput):
    """The file is whole as far as one can see, and another passphrase sealed it."""


class Damaged(BadInput):
    """The file is cut off, or was changed."""


def passphrase_of(path: Path) -> Passphrase:
    """Read the one line of a passphrase file. Raises BadInput that says what to do."""
    where = "backup.passphrase_file"
    try:
        if path.stat().st_mode & 0o007:
            raise BadInput(
                f"Everybody may read {path}.", f"Run: chmod o= {path}", field=where
            )
        text = path.read_text(encoding="utf-8").strip("\r\n")
    except FileNotFoundError:
        raise BadInput(
            f"The passphrase's file {path} is not there.",
            "Put it back, with the passphrase as its only line.",
            field=where,
        ) from None
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            f"The passphrase's file {path} can't be read by this user.",
            "It is one line of text: chown root:hotspot-lite, chmod 640.",
            field=where,
        ) from None
    if len(text) < LEAST_LETTERS or "\n" in text:
        raise BadInput(
            f"{path} is not one line of {LEAST_LETTERS} letters or more.",
            "Write a passphrase of five words or so into it.",
            field=where,
        )
    return Passphrase(text.encode())


def is_sealed(path: Path) -> bool:
    """Whether a file begins as sealed ones do. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class Sealer:
    """Written to as a file is, it writes sealed to `target`; `close` ends it.

    Without `close` what it wrote is a cut file, and is taken for one.
    """

    def __init__(self, target: BinaryIO, passphrase: Passphrase) -> None:
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        wrapped = _cipher(_stretched(passphrase, salt, WORK)).encrypt(
            bytes(12), file_key, None
        )
        head = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_b64(salt), WORK, _b64(wrapped))
        target.write(head + b" " + _b64(_mac(file_key, head)) + b"\n" + nonce)
        self._target, self._held = target, bytearray()
        self._pieces = _Pieces(file_key, nonce)

    def write(self, raw: bytes) -> int:
        """Take some bytes; how many."""
        self._held += raw
        while len(self._held) > PIECE:  # the last piece may be full: keep it back
            self._target.write(self._pieces.seal(bytes(self._held[:PIECE]), False))
            del self._held[:PIECE]
        return len(raw)

    def flush(self) -> None:
        """Nothing: a piece leaves when it is full."""

    def close(self) -> None:
        """Write the last piece. `target` stays open."""
        self._target.write(self._pieces.seal(bytes(self._held), True))


def seal(source: BinaryIO, target: BinaryIO, passphrase: Passphrase) -> None:
    """Read all of `source`, write it sealed to `target`."""
    sealer = Sealer(target, passphrase)
    while raw := source.read(PIECE):
        sealer.write(raw)
    sealer.close()


def unseal(source: BinaryIO, target: BinaryIO, passphrase: Passphrase) -> None:
    """Write to `target` what is sealed in `source`; good only once it returns.

    Raises WrongPassphrase, or Damaged for what is cut off or changed.
    """
    pieces = _Pieces(*_opened(source, passphrase))
    raw = source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG) if len(raw) == PIECE + TAG else b""
        target.write(pieces.unseal(raw, is_last=not following))
        if not following:
            return
        raw = following


# -- How -----------------------------------------------------------------------


class _Pieces:
    """Each piece has the next number, and the last is marked."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = _cipher(_derived(file_key, nonce, b"payload"))
        self._number = 0

    def seal(self, piece: bytes, is_last: bool) -> bytes:
        sealed: bytes = self._cipher.encrypt(self._next(is_last), piece, None)
        return sealed

    def unseal(self, piece: bytes, is_last: bool) -> bytes:
        from cryptography.exceptions import InvalidTag

        nonce, at = self._next(is_last), (self._number - 1) * (PIECE + TAG)
        try:
            if len(piece) < TAG:
                raise Damaged("The file is cut off.", "Take another copy of it.")
            plain: bytes = self._cipher.decrypt(nonce, piece, None)
        except InvalidTag:
            if is_last and self._is_good_but_not_last(nonce, piece):
                says = "The file is cut off: its end is missing."
            elif is_last:
                says = "The end of the file is cut off or damaged."
            else:
                says = f"The file is damaged after byte {at:,} of its content."
            raise Damaged(says, "Take another copy of it.") from None
        return plain

    def _next(self, is_last: bool) -> bytes:
        nonce = self._number.to_bytes(11, "big") + bytes([is_last])
        self._number += 1
        return nonce

    def _is_good_but_not_last(self, nonce: bytes, piece: bytes) -> bool:
        from cryptography.exceptions import InvalidTag

        try:
            self._cipher.decrypt(nonce[:-1] + b"\0", piece, None)
        except InvalidTag:
            return False
        return True


def _opened(source: BinaryIO, passphrase: Passphrase) -> tuple[bytes, bytes]:
    """The key of the file, and its payload's nonce."""
    from cryptography.exceptions import InvalidTag

    first, stanza = source.readline(100), source.readline(200) + source.readline(200)
    last, nonce = source.readline(200), source.read(16)
    found, mac = STANZA.fullmatch(stanza), MAC.fullmatch(last)
    if first != MAGIC or not found or not mac or len(nonce) < 16:
        raise Damaged(
            "Its beginning is cut off or damaged, or no passphrase sealed it.",
            "Take another copy of it.",
        )
    if int(found[2]) > MOST_WORK:
        raise Damaged("It asks for more memory than a box has.", "Don't trust it.")
    key = _stretched(passphrase, _raw(found[1]), int(found[2]))
    try:
        file_key = _cipher(key).decrypt(bytes(12), _raw(found[3]), None)
    except InvalidTag:
        raise WrongPassphrase(
            "The passphrase does not open it.",
            "Use the one of the day it was made: name its file with --passphrase-file.",
        ) from None
    if not hmac.compare_digest(_mac(file_key, first + stanza + b"---"), _raw(mac[1])):
        raise Damaged("Its beginning was changed.", "Take another copy of it.")
    return file_key, nonce


def _stretched(passphrase: Passphrase, salt: bytes, work: int) -> bytes:
    return hashlib.scrypt(
        passphrase.letters,
        salt=b"age-encryption.org/v1/scrypt" + salt,
        n=1 << work,
        r=8,
        p=1,
        maxmem=(1 << work) * 1024 + 1024 * 1024,
        dklen=32,
    )


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869), one block of it."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\1", "sha256")


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key)


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _raw(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise Damaged("Its beginning is damaged.", "Take another copy.") from None
