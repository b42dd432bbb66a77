"""How the portal looks: the place's colour and logo, and whom customers call.

It is read with every page of the portal, so that a change is seen at once.
"""

from __future__ import annotations

import hashlib
import re

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Look

MOST_HELP_LETTERS, MOST_PHONE_LETTERS = 300, 24
# It is on the first page of everybody: what the whole page weighs, once more.
MOST_LOGO_BYTES = 10 * 1024
# By their first bytes. No SVG: it can carry a program.
KINDS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
_COLOR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,}")


def now_so() -> Look:
    """The look of now; every field empty where the owner chose nothing."""
    found: Look = store.find(Look, id=1) or Look()
    return found


def change(color: str, help_text: str, phone: str, by: str, now: int) -> None:
    """Choose the colour, like #0b6b45, the words of help, and the phone to call.

    "" is none: the colour is ours then. Raises BadInput naming the field.
    """
    color, phone = color.strip().lower(), phone.strip()
    help_text = " ".join(help_text.split())
    if color and not _COLOR.fullmatch(color):
        says = f"{color[:20]!r} is no colour."
        raise BadInput(says, "Write # and six digits, like #0b6b45.", field="color")
    if len(help_text) > MOST_HELP_LETTERS:
        says = f"The help has at most {MOST_HELP_LETTERS} letters."
        raise BadInput(says, "Say it shorter.", field="help")
    if phone and (len(phone) > MOST_PHONE_LETTERS or not _PHONE.fullmatch(phone)):
        says = f"{phone[:30]!r} is no phone number."
        raise BadInput(says, "Write it like 0712 345 678.", field="phone")
    told = f"colour {color or 'ours'}, phone {phone or 'none'}, help {help_text!r}"
    _write({"color": color, "help": help_text, "phone": phone}, told, by, now)


def put_logo(picture: bytes, by: str, now: int) -> None:
    """Show a picture in the head of each page. Raises BadInput (field "logo")."""
    kind = next((kind for mark, kind in KINDS if mark.match(picture)), "")
    if not kind:
        says = "That is no picture that we can show."
        raise BadInput(says, "Choose a PNG, JPEG or WebP file.", field="logo")
    if len(picture) > MOST_LOGO_BYTES:
        says = f"A logo has at most {MOST_LOGO_BYTES // 1024} KiB."
        raise BadInput(says, "Choose a simpler or smaller picture.", field="logo")
    told = f"logo, {kind}, {len(picture)} bytes"
    _write({"logo": picture, "logo_kind": kind}, told, by, now)


def drop_logo(by: str, now: int) -> None:
    """Show the place's name instead of a picture."""
    _write({"logo": None, "logo_kind": ""}, "no logo", by, now)


def mark_of(look: Look) -> str:
    """A short mark of the logo's content, for an address that is kept; "" for none."""
    return hashlib.sha256(look.logo).hexdigest()[:12] if look.logo else ""


def _write(fields: dict[str, object], told: str, by: str, now: int) -> None:
    with store.atomic():
        Look.insert(id=1).on_conflict_ignore().execute()
        Look.update(fields).where(Look.id == 1).execute()
        audit.note(by, "look change", told, now)
