"""The API operator: in whose name M-Pesa reverses, and is asked about receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotspot_lite.settings import Settings

NEEDS = ("mpesa.initiator", "mpesa.security_credential", "mpesa.callback_url")
TODO = (
    "Set mpesa.initiator, mpesa.security_credential and mpesa.callback_url, or do it"
    " in the M-Pesa portal."
)


def missing(settings: Settings) -> list[str]:
    """The settings that it lacks; none: M-Pesa can be told and asked."""
    return [name for name in NEEDS if not settings[name]]
