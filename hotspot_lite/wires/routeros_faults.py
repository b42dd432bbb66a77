"""What a refusal or a broken line of a router means, in our words.

A refusal that may pass becomes TryAgain, one that waiting doesn't mend GiveUp.
"""

from __future__ import annotations

import re
import ssl

from librouteros.exceptions import ConnectionClosed, FatalError

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain

_LONG_NUMBER = re.compile(r"\d{7,}")


def masked(text: str) -> str:
    """Cover the middle of long numbers: an error may not hold a whole phone number."""
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:4]}…{found[0][-2:]}", text)


_CREDENTIALS = "Check router.username and router.password."
_TRAPS: tuple[tuple[str, type[HotspotError], str], ...] = (
    # What names an argument comes first: session-timeout isn't a timeout.
    ("unknown parameter", GiveUp, "Its RouterOS version differs from what was tried."),
    ("no such", GiveUp, ""),
    ("input does not match", GiveUp, ""),
    ("invalid value", GiveUp, ""),
    ("invalid user name or password", GiveUp, _CREDENTIALS),
    ("cannot log in", GiveUp, _CREDENTIALS),
    ("not enough permissions", GiveUp, "Give its API user read, write and api."),
    (
        "not allowed by device-mode",
        GiveUp,
        "Run /system/device-mode/update hotspot=yes on it, then press its button.",
    ),
    ("unknown host", TryAgain, "Ask the customer to stay joined to the WiFi."),
    ("wrong mac provided", TryAgain, "The device has another address by now."),
    ("already authorizing", TryAgain, ""),
    (
        "radius server is not responding",
        TryAgain,
        "Check that FreeRADIUS runs and that the router has its address and secret.",
    ),
    ("no more sessions are allowed", TryAgain, "Log the user's other device out."),
    ("invalid username or password", GiveUp, "Its user list and RADIUS don't know it."),
    ("timeout", TryAgain, ""),
    ("timed out", TryAgain, ""),
    ("busy", TryAgain, ""),
    ("interrupted", TryAgain, ""),
    ("session limit", TryAgain, ""),
)


def refusal_of(message: str) -> HotspotError:
    """Say in our words what a trap's text means, and whether to try again."""
    lowered = message.lower()
    for beginning, kind, todo in _TRAPS:
        if beginning in lowered:
            return kind(f"The router refuses: {masked(message)}.", todo)
    return GiveUp(f"The router refuses: {masked(message)}.")


def fault_of(error: Exception, place: str) -> HotspotError:
    """Say in our words what broke on the line to `place`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return GiveUp(
            f"The certificate of the router at {place} is not to be trusted.",
            "Check router.ca_file, and that the certificate names router.host.",
        )
    if isinstance(error, ssl.SSLError) and not _is_closing(error):
        return GiveUp(
            f"The router at {place} agrees on no encryption.",
            "Give its api-ssl service a certificate, or set router.tls to off.",
        )
    if isinstance(error, FileNotFoundError):
        return GiveUp("The file of router.ca_file isn't there.", "Export the router's.")
    if isinstance(error, UnicodeEncodeError):
        return GiveUp("A word for the router has characters that can't be sent.")
    return _passing_fault(error, place)


def _is_closing(error: ssl.SSLError) -> bool:
    return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)


def _passing_fault(error: Exception, place: str) -> TryAgain:
    if isinstance(error, TimeoutError):
        return TryAgain(
            f"The router at {place} does not answer in time.",
            "Check its power and its cable.",
        )
    if isinstance(error, ConnectionRefusedError):
        return TryAgain(
            f"The router at {place} refuses connections.",
            "Switch its API on with /ip/service, and let this box's address in.",
        )
    if isinstance(error, FatalError):
        return TryAgain(f"The router at {place} ended the talk: {masked(str(error))}.")
    if isinstance(error, ConnectionClosed | ConnectionError | ssl.SSLError):
        return TryAgain(f"The router at {place} closed the connection.")
    if isinstance(error, OSError):
        return TryAgain(
            f"The router at {place} can't be reached.", "Check the network to it."
        )
    return TryAgain(
        f"What answers at {place} does not speak the RouterOS API.",
        "Check router.port: 8728 plain, 8729 with TLS.",
    )
