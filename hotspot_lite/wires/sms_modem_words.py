"""What ModemManager's errors mean for a message: again, never, or nobody knows.

mmcli prints "error: couldn't send the SMS: 'GDBus.Error:….NoNetwork: No network'".
The words at the end are in its sources since 1.0, and are what is read here.
"""

from __future__ import annotations

import re

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain

MODEM_TODO = "Look at it: mmcli -m any. Is its SIM in, without a PIN, and in coverage?"
NUMBER_TODO = "Check the customer's number."
_SIM_TODO = "Put in a SIM without a PIN: mmcli -i any --pin=… --disable-pin"
_RIGHT_TODO = "Run sudo ./install.sh: it lets the user hotspot-lite use the modem."
_CREDIT_TODO = "Check the SIM's airtime, and that it may send SMS."
_SMSC_TODO = "The SIM knows no message centre: ask the operator for its number."

# The first that is found decides.
_FOR_GOOD: tuple[tuple[str, str, str], ...] = (
    ("policykit", "The box may not use the modem", _RIGHT_TODO),
    ("not authorized", "The box may not use the modem", _RIGHT_TODO),
    ("sim not inserted", "The modem has no SIM", _SIM_TODO),
    ("pin required", "The SIM wants a PIN", _SIM_TODO),
    ("puk required", "The SIM is locked by its PUK", _SIM_TODO),
    ("puk2 required", "The SIM is locked by its PUK", _SIM_TODO),
    ("sim wrong", "The modem refuses the SIM", _SIM_TODO),
    ("smsc address unknown", "The SIM knows no message centre", _SMSC_TODO),
    ("no messaging capabilities", "The modem can't do SMS", MODEM_TODO),
    ("sending sms is not supported", "The modem can't do SMS", MODEM_TODO),
    ("invalid characters in dial string", "The number was refused", NUMBER_TODO),
    ("dial string too long", "The number was refused", NUMBER_TODO),
    ("invalid pdu mode parameter", "The number was refused", NUMBER_TODO),
    ("invalid text mode parameter", "The number was refused", NUMBER_TODO),
    ("invalid number", "The number was refused", NUMBER_TODO),
    ("call barred", "The SIM may not send", _CREDIT_TODO),
    ("operator determined barring", "The SIM may not send", _CREDIT_TODO),
    ("fixed dial number only", "The SIM may send to fixed numbers only", _SIM_TODO),
    ("text or data too long", "The text is too long for a modem", "Shorten it."),
    ("error processing input text", "The text can't be sent", "Change its letters."),
    ("cannot parse properties", "mmcli can't read the message", "Tell us of it."),
)
# RP causes of 3GPP TS 24.011 that are about the number; ModemManager has no name for
# them and says "Unknown message error: 1".
_NUMBER_CAUSES = ("1", "28", "30")
_BARRED_CAUSES = ("8", "10", "50")
# It may have left.
_NO_OUTCOME = (
    "timeout",
    "timed out",
    "did not receive a reply",
    "without replying",
    "aborted",
    "cancelled",
    "parse failed",
    "message reference",
)
_LATER: tuple[tuple[str, str], ...] = (
    ("couldn't find modem", "There is no modem"),
    ("couldn't find the modemmanager process", "ModemManager does not run"),
    ("couldn't create manager", "ModemManager does not run"),
    ("not enabled", "The modem is off"),
    ("no network", "The modem is in no network"),
    ("not registered", "The modem is in no network"),
    ("emergency calls only", "The modem is in no network"),
    ("not in any network", "The modem is in no network"),
    ("sim busy", "The modem is busy"),
    ("in progress", "The modem is busy"),
    ("service reserved", "The modem is busy"),
    ("memory full", "The modem's memory is full"),
)


def words_of(stderr: str) -> str:
    """The last line that mmcli printed of an error, small and without its frame."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    text = lines[-1] if lines else ""
    text = re.sub(r"GDBus\.Error:[\w.]+\.(\w+): ", "", text.removeprefix("error: "))
    return text[:200].lower()


def says_no_outcome(words: str) -> bool:
    """Whether an error of sending leaves open if the message left."""
    return any(sign in words for sign in _NO_OUTCOME)


def refusal(words: str) -> HotspotError:
    """The exception for an error; one not known here may pass: TryAgain."""
    for sign, says, todo in _FOR_GOOD:
        if sign in words:
            return GiveUp(f"{says}.", todo)
    cause = re.search(r"unknown message error: ([0-9]+)", words)
    if cause and cause[1] in _NUMBER_CAUSES:
        return GiveUp("The network knows no such number.", NUMBER_TODO)
    if cause and cause[1] in _BARRED_CAUSES:
        return GiveUp("The network lets the SIM send nothing.", _CREDIT_TODO)
    for sign, says in _LATER:
        if sign in words:
            return TryAgain(f"{says}.", MODEM_TODO)
    return TryAgain(f"The modem refused: {_shown(words)}.", MODEM_TODO)


def _shown(words: str) -> str:
    """An error for a person: what stands in its quotes, with no number in it."""
    quoted = re.search(r"'(.*)'?$", words)
    text = (quoted[1] if quoted else words).strip("' .")
    return re.sub(r"[0-9]{6,}", "…", text)[:80] or "no reason"
