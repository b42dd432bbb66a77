"""The second factor of a sign-in: digits that change (RFC 6238), or a recovery code.

A code is good once: the step it belongs to is kept, and none before it is taken.
"""

from __future__ import annotations

import hashlib
import json
import secrets

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Staff
from hotspot_lite.trade.people.customers import random_code

STEP_SECONDS = 30
# A clock may be one step off either way.
DRIFT = 1
RECOVERY_CODES = 8


def new_secret() -> str:
    """A secret to be put into an app, base32."""
    import pyotp

    return pyotp.random_base32()


def link(secret: str, name: str, place: str) -> str:
    """The address that the app reads from a QR code (otpauth)."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=place)


def turn_on(name: str, secret: str, code: str, now: int) -> list[str]:
    """Ask for a code from now on; the recovery codes, shown this once.

    Raises BadInput where the code isn't the app's: nobody locks themselves out.
    """
    step = _step_of(secret, code, 0, now)
    if step is None:
        raise BadInput(
            "That is not the app's code.",
            "Type the six digits it shows now. Is the phone's clock right?",
            field="code",
        )
    codes = [random_code(10) for _ in range(RECOVERY_CODES)]
    with store.atomic():
        Staff.update(
            totp_secret=secret,
            totp_step=step,
            recovery=json.dumps([_digest(one) for one in codes]),
        ).where(Staff.name == name).execute()
        audit.note(name, "second factor", "on", now)
    return codes


def turn_off(name: str, by: str, now: int) -> None:
    """Ask for no code any more. Raises BadInput for nobody."""
    with store.atomic():
        change = Staff.update(totp_secret="", totp_step=0, recovery="[]")  # noqa: S106
        if not change.where(Staff.name == name).execute():
            raise BadInput(f"There is nobody called {name!r}.", field="name")
        audit.note(by, "second factor", f"off for {name}", now)


def take(person: Staff, code: str, now: int) -> bool:
    """Whether the code is right; it is used up. True for who has none."""
    if not person.totp_secret:
        return True
    step = _step_of(person.totp_secret, code, person.totp_step, now)
    if step is not None:
        # Two sign-ins at once with one code: one of them changes the row.
        this = (Staff.id == person.id) & (Staff.totp_step < step)
        return bool(Staff.update(totp_step=step).where(this).execute())
    return _take_recovery(person, code, now)


def _take_recovery(person: Staff, code: str, now: int) -> bool:
    with store.atomic():
        kept = json.loads(Staff.get_by_id(person.id).recovery)
        if _digest(code) not in kept:
            return False
        kept.remove(_digest(code))
        Staff.update(recovery=json.dumps(kept)).where(Staff.id == person.id).execute()
        left = f"recovery code used, {len(kept)} left"
        audit.note(person.name, "second factor", left, now)
    return True


def _step_of(secret: str, code: str, after: int, now: int) -> int | None:
    import pyotp

    digits = "".join(sign for sign in code if sign.isdigit())
    if len(digits) != 6:
        return None
    made, here = pyotp.TOTP(secret), now // STEP_SECONDS
    for step in range(here - DRIFT, here + DRIFT + 1):
        right = made.at(step * STEP_SECONDS)
        if step > after and secrets.compare_digest(right, digits):
            return step
    return None


def _digest(code: str) -> str:
    plain = "".join(code.lower().split()).replace("-", "")
    return hashlib.sha256(f"recovery {plain}".encode()).hexdigest()
