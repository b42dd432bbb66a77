"""Sends a text message by a GSM modem of this machine: ModemManager's `mmcli`.

Knows mmcli's options, its key=value syntax and what its errors mean. One message at a
time for the whole box; what may have left is never sent again from here.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.wires.http_answer import OutcomeUnknown
from hotspot_lite.wires.sms_modem_words import (
    MODEM_TODO,
    NUMBER_TODO,
    refusal,
    says_no_outcome,
    words_of,
)

log = logging.getLogger(__name__)

# All of it ends within the 30 s that the lane gives.
BUSY_SECONDS = 7.0
ASK_SECONDS = 4.0
SEND_SECONDS = 14.0
AFTER_SECONDS = 1.5
_POLL_SECONDS = 0.05
_CREATED = re.compile(r"/org/freedesktop/ModemManager1/SMS/[0-9]+")
_NUMBER = re.compile(r"\+?([0-9]{5,15})")
# From "registered" on (ModemManager's own order of states).
_READY = ("registered", "disconnecting", "connecting", "connected")


@dataclass(frozen=True)
class Modem:
    """Which modem: `any`, its index, D-Bus path, /sys path or UID.

    Whoever holds `lock_file` is the one who sends; "" locks nothing.
    """

    name: str = "any"
    lock_file: str = ""


@dataclass(frozen=True)
class Standing:
    """How the modem stands: its state, operator and signal in per cent, 0 to 100."""

    state: str
    operator: str = ""
    signal: int | None = None
    why: str = ""  # it failed

    @property
    def is_ready(self) -> bool:
        """Whether it is in a network, so that messages leave."""
        return self.state in _READY


def send(modem: Modem, to: str, text: str) -> None:
    """Send `text` to `to` (2547…), within 30 seconds.

    Raises TryAgain where it surely did not leave, OutcomeUnknown where nobody knows,
    GiveUp where it never will.
    """
    about = properties(to, text)
    with _alone(modem.lock_file):
        path = _created(modem, about)
        try:
            _sent(path)
        finally:
            _deleted(modem, path)


def properties(to: str, text: str) -> str:
    """A message as mmcli reads it: number='+2547…',text="…".

    Its parser knows no escapes: a value ends at the first quote of the kind that it
    began with. A text with both kinds gets its double ones made single. Raises GiveUp
    for what is no number.
    """
    found = _NUMBER.fullmatch(to)
    if found is None:
        raise GiveUp("That is no phone number for a modem.", NUMBER_TODO)
    # Neither can be an argument of a program.
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    quote = '"' if "'" in text else "'"
    return f"number='+{found[1]}',text={quote}{text.replace(quote, _OTHER)}{quote}"


_OTHER = "'"  # only ever in place of a double quote


def look(modem: Modem) -> Standing:
    """How the modem stands. Raises GiveUp or TryAgain where it can't be asked."""
    came = _run("--output-json", f"--modem={modem.name or 'any'}", seconds=ASK_SECONDS)
    if came.status != 0:
        raise refusal(came.words or "no answer")
    try:
        told = json.loads(came.out)["modem"]
        generic, gsm = told["generic"], told.get("3gpp") or {}
        signal = str((generic.get("signal-quality") or {}).get("value", ""))
        return Standing(
            str(generic["state"]),
            _known(gsm.get("operator-name")),
            int(signal) if signal.isdigit() else None,
            _known(generic.get("state-failed-reason")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TryAgain("mmcli's answer can't be read.", MODEM_TODO) from None


def _known(told: object) -> str:
    """A value of mmcli's; it writes "--" for what it doesn't know."""
    return "" if told in (None, "--") else str(told)[:40]


# -- The steps -----------------------------------------------------------------


def _created(modem: Modem, about: str) -> str:
    """The path of a new message in ModemManager; nothing leaves by that."""
    came = _run(
        "--output-json",
        f"--modem={modem.name or 'any'}",
        f"--messaging-create-sms={about}",
        seconds=ASK_SECONDS,
    )
    # Before 1.22 it answers a sentence even where JSON was asked for.
    found = _CREATED.search(came.out)
    if came.status == 0 and found:
        return found[0]
    if "not enabled" in came.words:
        # Nobody turns it on after a start where there is no NetworkManager.
        _run(f"--modem={modem.name or 'any'}", "--enable", seconds=ASK_SECONDS)
        raise TryAgain("The modem was off; it was just turned on.", MODEM_TODO)
    raise refusal(came.words or "no answer")


def _sent(path: str) -> None:
    told = f"--timeout={int(SEND_SECONDS) + 1}"
    came = _run(f"--sms={path}", "--send", told, seconds=SEND_SECONDS)
    if came.status == 0:
        return
    if came.was_cut_off or says_no_outcome(came.words):
        if not _is_sent(path):
            raise OutcomeUnknown("The modem took the message and said no more.")
        return
    raise refusal(came.words)


def _is_sent(path: str) -> bool:
    """Whether ModemManager itself holds it for sent, where mmcli could not say."""
    came = _run("--output-json", f"--sms={path}", seconds=AFTER_SECONDS)
    try:
        return bool(json.loads(came.out)["sms"]["properties"]["state"] == "sent")
    except (ValueError, KeyError, TypeError):
        return False


def _deleted(modem: Modem, path: str) -> None:
    """Leave none behind: ModemManager would keep each until it is started again."""
    with contextlib.suppress(GiveUp):
        told = f"--messaging-delete-sms={path}"
        came = _run(f"--modem={modem.name or 'any'}", told, seconds=AFTER_SECONDS)
        if came.status != 0:
            log.info("a message stays in the modem: %s", came.words or "no answer")


# -- One run of mmcli ----------------------------------------------------------


@dataclass(frozen=True)
class _Came:
    """What a run came to; `status` as of subprocess, None past its deadline."""

    status: int | None
    out: str = field(default="", repr=False)  # may hold the text
    words: str = ""  # its error, in small letters

    @property
    def was_cut_off(self) -> bool:
        """It was killed, by us or by somebody: it may have done its work."""
        return self.status is None or self.status < 0


def _run(*options: str, seconds: float) -> _Came:
    """Run mmcli. Raises GiveUp where it isn't there."""
    # Its options are read in the locale's letters, and its errors in English.
    environ = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    bus = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    try:
        done = subprocess.run(  # noqa: S603  no shell; the text is one argument
            ["mmcli", *options],  # noqa: S607  where PATH has it
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environ | ({"DBUS_SYSTEM_BUS_ADDRESS": bus} if bus else {}),
        )
    except subprocess.TimeoutExpired:
        return _Came(None)
    except OSError:
        raise GiveUp(
            "The program mmcli is not on this box.",
            "Run: sudo apt install modemmanager",
        ) from None
    out = done.stdout.decode("utf-8", "replace")
    return _Came(done.returncode, out, words_of(done.stderr.decode("utf-8", "replace")))


@contextlib.contextmanager
def _alone(lock_file: str) -> Iterator[None]:
    """Be the only one of the box who sends. Raises TryAgain after BUSY_SECONDS."""
    if not lock_file:
        yield
        return
    with Path(lock_file).open("a") as file:
        _wait_for(file)
        yield  # closed, or its process dead, the file is free


def _wait_for(file: IO[str]) -> None:
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > ends:
                raise TryAgain("The modem is busy with another message.") from None
        time.sleep(_POLL_SECONDS)
