"""kill -9 of the web process between a callback and its answer."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from hotspot_lite.stage import Stage, until

ROUNDS, PHONES = 15, 6


def test_what_daraja_got_200_for_is_on_disk(tmp_path: Path) -> None:
    dice = random.Random(23)
    answered = unanswered = 0
    with Stage(tmp_path, scale=0.01) as stage:
        stage.town.daraja.callback_tries = 1
        stage.prepare()
        stage.start("worker", "radius")
        for _ in range(ROUNDS):
            ok, lost = play_round(stage, dice)
            answered, unanswered = answered + ok, unanswered + lost
    print(f"{answered} callbacks answered, {unanswered} cut off")
    # Without both kinds the kill missed the window.
    assert answered and unanswered


def play_round(stage: Stage, dice: random.Random) -> tuple[int, int]:
    """Let some phones pay at once and kill web meanwhile; (answered, cut off)."""
    stage.start("web")
    daraja = stage.town.daraja
    visitors = [stage.town.visitor() for _ in range(PHONES)]
    for visitor in visitors:
        daraja.phones[visitor.phone].enter_pin_after_seconds = 59
        visitor.buy(visitor.browse(), "1 Hour")
        until(lambda phone=visitor.phone: daraja.prompts.on(phone), 10)  # type: ignore[misc]
    before = len(daraja.told())
    for visitor in visitors:
        daraja.enter_pin(visitor.phone)
    time.sleep(dice.uniform(0.015, 0.06))
    stage.kill("web")
    time.sleep(0.2)
    told = daraja.told()[before:]
    check_told(stage, told)
    return len(told), PHONES - len(told)


def check_told(stage: Stage, told: list[dict[str, object]]) -> None:
    """Everything answered with 200 is a kept body and a paid payment."""
    file = stage.folder / "data" / "hotspot.db"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for call in told:
            body = call["asked"]
            assert isinstance(body, dict)
            checkout_id = body["Body"]["stkCallback"]["CheckoutRequestID"]
            row = connection.execute(
                "SELECT p.state, count(c.id) FROM payment p"
                " JOIN callback c ON c.payment_id = p.id"
                " WHERE p.checkout_request_id = ?",
                (checkout_id,),
            ).fetchone()
            assert row == ("paid", 1)
