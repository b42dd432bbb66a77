"""What the benches share: sales ready to be paid, percentiles, a box to measure."""

from __future__ import annotations

import http.client
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hotspot_lite import box as boxes
from hotspot_lite import store
from hotspot_lite.stage import Stage
from hotspot_lite.town.visitor import Visitor
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments

# Receipts and ids are unique over a whole run.
NUMBERS = itertools.count()
NOTHING: Mapping[str, str] = {}


@dataclass
class Sale:
    """A payment whose prompt is on the phone: posting its callback pays it."""

    visitor: Visitor
    url: str
    body: bytes
    paid_at: float = 0.0


@contextmanager
def running_box(*roles: str, more: Mapping[str, str] = NOTHING) -> Iterator[Stage]:
    """A box with these processes (all by default) in the pretend town.

    `more` are settings by their names in the environment.

    Its run folder is on a tmpfs, as /run is on a box.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir="/dev/shm") as run,
        Stage(Path(folder), more={"HOTSPOT_BOX_RUN_DIR": run, **more}) as stage,
    ):
        stage.prepare()
        stage.town.sms.reports.url = ""  # measured without
        stage.start(*roles)
        yield stage


def ready_sales(stage: Stage, count: int) -> list[Sale]:
    """Payments as they are after an accepted push, without the pushing."""
    opened = boxes.open_box(stage.environment)
    plan, now = catalogue.on_sale()[0], int(time.time())
    sales = []
    with store.atomic():
        for number in (next(NUMBERS) for _ in range(count)):
            visitor = stage.town.visitor()
            wish = payments.Ask(plan, visitor.phone, visitor.mac, visitor.ip)
            payment = payments.ask(wish, opened.key, now, prompts_of_all=NO_LIMIT)
            checkout_id = f"ws_CO_{number:017}{visitor.phone[-9:]}"
            Payment.update(state="sent", checkout_request_id=checkout_id).where(
                Payment.id == payment.id
            ).execute()
            token = payments.callback_token(opened.key, payment.ref)
            url = f"{stage.town.portal_url}/cb/{token}"
            sales.append(Sale(visitor, url, callback(checkout_id, number)))
        store.database.execute_sql("DELETE FROM job")
    return sales


# How many prompts may be open is not what is measured.
NO_LIMIT = 1_000_000


def callback(checkout_id: str, number: int) -> bytes:
    """The body of a paid STK callback."""
    items = {"Amount": 20.0, "MpesaReceiptNumber": f"UKM{number:07}"}
    return json.dumps(
        {
            "Body": {
                "stkCallback": {
                    "MerchantRequestID": "1-2-3",
                    "CheckoutRequestID": checkout_id,
                    "ResultCode": 0,
                    "ResultDesc": "The service request is processed successfully.",
                    "CallbackMetadata": {
                        "Item": [{"Name": k, "Value": v} for k, v in items.items()]
                    },
                }
            }
        }
    ).encode()


def pay(sale: Sale, connection: http.client.HTTPConnection | None = None) -> None:
    """Post the callback of a sale, noting when. Raises unless the answer is 200."""
    parts = urlsplit(sale.url)
    connection = connection or http.client.HTTPConnection(parts.netloc, timeout=30)
    sale.paid_at = time.time()
    connection.request(
        "POST", parts.path, sale.body, {"Content-Type": "application/json"}
    )
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"callback answered {answer.status}")


def online_at(stage: Stage, sale: Sale) -> float | None:
    """When the router put the sale's device online, or None."""
    session = stage.town.router.device(sale.visitor.mac).session
    return session.began_at if session else None


def told_at(stage: Stage) -> dict[str, float]:
    """When each phone's SMS came."""
    return {message.to: message.at for message in stage.town.sms.messages}


def milliseconds(seconds: list[float]) -> str:
    """p50 / p95 of some times, for the table."""
    ordered = sorted(seconds)
    half, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"{half * 1000:.1f} / {most * 1000:.1f}"
