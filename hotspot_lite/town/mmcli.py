"""A pretend `mmcli`: a program of its own, with a modem's state in a file beside it.

It is copied into a folder on PATH by `modem.PretendModem`, so it imports nothing of
ours. Its words are ModemManager's; its parser keeps the real one's rules.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

BASE = "/org/freedesktop/ModemManager1"
STATE = Path(__file__).with_name("modem.json")
SPACES = " \t\n\v\f\r"


def fail(says: str) -> NoReturn:
    """End as mmcli does where something is wrong."""
    sys.stderr.write(f"error: {says}\n")
    raise SystemExit(1)


@contextmanager
def state() -> Iterator[dict[str, Any]]:
    """The modem's state, alone; kept afterwards."""
    with STATE.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        told = json.load(file)
        yield told
        file.seek(0)
        file.truncate()
        json.dump(told, file)


def pairs(text: str) -> list[tuple[str, str]]:
    """Read key=value,key='value': no escapes, a quote ends at the next of its kind."""
    found, rest = [], text.lstrip(SPACES)
    while rest:
        size = next((n for n, c in enumerate(rest) if not _is_key(c)), len(rest))
        key, rest = rest[:size], rest[size:].lstrip(SPACES)
        if not key or not key[0].isalnum() or not rest.startswith("="):
            raise ValueError("Couldn't find equal sign separator")
        rest = rest[1:].lstrip(SPACES)
        if rest[:1] in ("'", '"'):
            value, quote, rest = rest[1:].partition(rest[0])
            if not quote:
                raise ValueError("Unmatched quotes in string value")
        else:
            size = next((n for n, c in enumerate(rest) if c in SPACES + ","), len(rest))
            value, rest = rest[:size], rest[size:]
        found.append((key, value))
        rest = rest.lstrip(SPACES)
        if rest and not rest.startswith(","):
            raise ValueError(f"Unexpected content ({rest}) after value")
        if rest.startswith(","):
            rest = rest[1:].lstrip(SPACES)
            if not rest:
                raise ValueError("Key must start with alpha/num")
    return found


def _is_key(letter: str) -> bool:
    return (letter.isascii() and letter.isalnum()) or letter in "-_"


def stumble(step: str, when: str = "") -> None:
    """Fail, hang or die at `step`, where the modem was told to; else go on."""
    with state() as told:
        fault = told["faults"].get(step + when, "")
    if fault == "hang":
        time.sleep(60)
    if fault == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault:
        fail(fault)


def create(args: Any) -> None:
    """--messaging-create-sms: take a message, to be sent later."""
    stumble("create")
    with state() as told:
        if told["state"] in ("disabled", "locked", "failed"):
            fail("modem not enabled yet")
        try:
            message = dict(pairs(args.create))
        except ValueError as exc:
            fail(f"cannot parse properties string: '{exc}'")
        told["count"] += 1
        path = f"{BASE}/SMS/{told['count']}"
        told["messages"][path] = message | {"state": "unknown"}
        is_old = told["is_old"]
    if is_old:
        print(f"Successfully created new SMS: {path}")
    else:
        print(json.dumps({"modem": {"messaging": {"created-sms": path}}}))


def send(args: Any) -> None:
    """--send: half a moment, in which nobody else may."""
    with state() as told:
        if args.sms not in told["messages"]:
            fail(f"couldn't find SMS at '{args.sms}': 'not found in any modem'")
        told["at_once"] += 1
        told["most_at_once"] = max(told["most_at_once"], told["at_once"])
        if told["state"] not in ("registered", "connected"):
            told["faults"]["send"] = _error("Message.NoNetwork", "No network")
    try:
        stumble("send")
        time.sleep(told["send_seconds"])
        with state() as told:
            told["messages"][args.sms]["state"] = "sent"
            told["sent"].append(told["messages"][args.sms])
        stumble("send", " after")
    finally:
        with state() as told:
            told["at_once"] -= 1
    print("successfully sent the SMS")


def _error(name: str, words: str) -> str:
    dbus = f"GDBus.Error:org.freedesktop.ModemManager1.Error.{name}: {words}"
    return f"couldn't send the SMS: '{dbus}'"


def delete(args: Any) -> None:
    """--messaging-delete-sms."""
    stumble("delete")
    with state() as told:
        if told["messages"].pop(args.delete, None) is None:
            fail(f"couldn't find SMS at '{args.delete}': 'not found in any modem'")
    print("successfully deleted SMS from modem")


def show_sms(args: Any) -> None:
    """-s PATH: one message."""
    stumble("show")
    with state() as told:
        message = told["messages"][args.sms]
    print(json.dumps({"sms": {"properties": {"state": message["state"]}}}))


def show(args: Any) -> None:
    """-m any: how the modem stands."""
    stumble("look")
    with state() as told:
        generic = {"state": told["state"], "state-failed-reason": "--"}
        generic |= {"signal-quality": {"recent": "yes", "value": "61"}}
    gsm = {"operator-name": "Safaricom", "registration-state": "home"}
    print(json.dumps({"modem": {"generic": generic, "3gpp": gsm}}))


def enable(args: Any) -> None:
    """--enable."""
    with state() as told:
        told["state"] = "registered"
    print("successfully enabled the modem")


def main() -> None:
    """Do the one thing that was asked."""
    reader = argparse.ArgumentParser(allow_abbrev=False)
    for names in ("-m --modem", "-s --sms", "--timeout"):
        reader.add_argument(*names.split())
    reader.add_argument("--messaging-create-sms", dest="create")
    reader.add_argument("--messaging-delete-sms", dest="delete")
    for flag in ("-J --output-json", "--send", "--enable"):
        reader.add_argument(*flag.split(), action="store_true")
    args = reader.parse_args()
    with state() as told:
        told["runs"].append(sys.argv[1:])
        is_there = told["is_there"]
    if not is_there:
        fail("couldn't find modem")
    does: list[tuple[object, Callable[[Any], None]]] = [
        (args.create is not None, create),
        (args.send, send),
        (args.delete, delete),
        (args.enable, enable),
        (args.sms, show_sms),
        (True, show),
    ]
    next(act for is_asked, act in does if is_asked)(args)


if __name__ == "__main__":
    main()
