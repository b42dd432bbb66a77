"""What OpenSSH's errors mean, and what the owner can do about each."""

from __future__ import annotations

import re

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.wires.sftp_place import Place

# Nothing was said to us that we could rely on: it may pass.
AWAY = (
    ("timed out", "does not answer"),
    ("timeout", "does not answer"),
    ("no route", "can't be reached: there is no way to it"),
    ("network is unreachable", "can't be reached: there is no way to it"),
    ("connection refused", "refuses connections: its SSH service is off"),
    ("could not resolve", "is a name that nobody knows here"),
    ("temporary failure in name", "is a name that nobody knows here"),
    ("connection reset", "broke off"),
    ("broken pipe", "broke off"),
    ("connection closed", "broke off"),
    ("closed by remote", "broke off"),
    ("lost connection", "broke off"),
)
KEY_TODO = (
    "Put the line of `hotspot-lite backup key` where its other keys are, for the user"
    " that backup.elsewhere names."
)


def trouble(says: str, where: Place) -> HotspotError:
    """The error for what the program wrote to standard error."""
    words, host = says.lower(), where.host
    if "host key verification failed" in words or "identification has changed" in words:
        return changed(host)
    if "permission denied (" in words or "too many authentication" in words:
        return GiveUp(f"{host} does not let {where.user} in by our key.", KEY_TODO)
    if "no matching" in words or "unable to negotiate" in words:
        return GiveUp(
            f"{host} knows no way of encrypting that this box takes.",
            "Bring its system up to date; RouterOS must be 7.",
        )
    if found := [meaning for word, meaning in AWAY if word in words]:
        return TryAgain(f"{host} {found[0]}.", "Is it on, and on the network?")
    return _in_folder(words, says, where)


def changed(host: str) -> GiveUp:
    """The error for a machine with another key than the pinned one."""
    return GiveUp(
        f"{host} has another key than when it was trusted: it was set up anew, or it"
        " is another machine. Nothing was sent.",
        "If you know why, run: hotspot-lite backup elsewhere --trust",
    )


def _in_folder(words: str, says: str, where: Place) -> HotspotError:
    whole = f"the folder {where.folder} of {where.host}"
    if "no such file" in words or "can't change directory" in words:
        return GiveUp(
            f"There is no {whole.removeprefix('the ')}, or what was looked for in it.",
            "Make it there (it is never made by this box), or mend backup.elsewhere.",
        )
    if "permission denied" in words:
        return GiveUp(
            f"{where.user} may not write in {whole}.", "Give the folder to that user."
        )
    if "subsystem" in words or "received message too long" in words:
        return GiveUp(
            f"{where.host} speaks SSH, but no SFTP.", "Turn SFTP on for that user."
        )
    if re.search(r"\bfailure\b|no space|quota|write remote", words):
        return GiveUp(
            f"{whole[0].upper()}{whole[1:]} took no more: it is full, or it refused.",
            "Make room there, or set backup.elsewhere_keep lower.",
        )
    last = next((line for line in reversed(says.splitlines()) if line.strip()), "")
    return TryAgain(f"{where.host}: {last.strip()[:120] or 'it broke off'}")
