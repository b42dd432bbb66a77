"""Money paid by hand to the paybill or till: read, matched, turned into time."""

from __future__ import annotations

from hotspot_lite.errors import BadInput
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.models import Transfer, TransferBody
from hotspot_lite.trade.money import transfers
from hotspot_lite.trade.takings import claims
from hotspot_lite.wires import daraja_c2b


def _confirm_failed(error: str, body_id: int) -> None:
    transfers.unusable(body_id, error, here.now())


@huey.job("payments", failed=_confirm_failed)
def confirm(body_id: int) -> None:
    """Read what Safaricom told, and find out whose money it is."""
    body = TransferBody.get_by_id(body_id)
    try:
        told = daraja_c2b.read_transfer(bytes(body.body))
    except BadInput as exc:
        transfers.unusable(body_id, exc.says, here.now())
        return
    ours = (here.settings["mpesa.shortcode"], here.settings["mpesa.till"])
    if told.shortcode not in ours:
        says = f"{told.receipt} was paid to {told.shortcode or 'nobody'}, not to us."
        transfers.unusable(body_id, says, here.now())
        return
    claims.take_in(body_id, told, here.now())


def _match_failed(error: str, transfer_id: int) -> None:
    transfer = Transfer.get_by_id(transfer_id)
    transfers.doubt(transfer, "unmatched-transfer", error, here.now())


@huey.job("payments", failed=_match_failed)
def match(transfer_id: int) -> None:
    """Judge money whose account says nothing, once its callback could have come."""
    claims.look_again(transfer_id, here.now())
