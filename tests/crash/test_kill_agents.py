"""kill -9 of the web process while an agent sells: each form sells once, all agrees."""

from __future__ import annotations

import http.client
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from hotspot_lite.stage import Stage, until

SELLERS, FORMS, KILLS = 4, 40, 5
PASSWORD = "a long password"
PATIENCE_SECONDS = 60


def ask(
    stage: Stage, method: str, path: str, cookie: str = "", fields: object = None
) -> http.client.HTTPResponse:
    where = urlsplit(stage.town.portal_url).netloc
    line = http.client.HTTPConnection(where, timeout=10)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(fields) if isinstance(fields, dict) else None
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        return answer
    finally:
        line.close()


def sign_in(stage: Stage) -> tuple[str, str]:
    """An agent with room for everything; the cookie and the session's token."""
    subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "admin", "add", "amina"]
        + ["--role", "agent", "--password-stdin"],
        env=os.environ | stage.environment,
        input=f"{PASSWORD}\n".encode(),
        check=True,
        capture_output=True,
    )
    stage.command("agent", "set", "amina", "--commission", "7.5", "--limit", "2220")
    told = {"name": "amina", "password": PASSWORD}
    cookie = ask(stage, "POST", "/admin/login", "", told).headers["Set-Cookie"]
    page = ask(stage, "GET", "/admin/agent", cookie.partition(";")[0])
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)  # type: ignore[attr-defined]
    assert token
    return cookie.partition(";")[0], token[1]


def send(stage: Stage, cookie: str, form: dict[str, str], said: list[int]) -> None:
    """As a person does whose phone says that nobody answered: the same once more."""
    until_ = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until_:
        try:
            said.append(ask(stage, "POST", "/admin/agent/sell", cookie, form).status)
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)


def test_no_form_sells_twice_nor_past_the_limit(tmp_path: Path) -> None:
    dice = random.Random(17)
    said: list[int] = []
    with Stage(tmp_path, scale=0.01) as stage:
        stage.prepare()
        stage.start("web")
        cookie, token = sign_in(stage)

        def work(seller: int) -> None:
            for number in range(FORMS):
                form = {"csrf": token, "plan": "1", "once": f"{seller}-{number}"}
                send(stage, cookie, form, said)

        sellers = [threading.Thread(target=work, args=(n,)) for n in range(SELLERS)]
        for one in sellers:
            one.start()
        for kill in range(KILLS):
            wanted = (kill + 1) * SELLERS * FORMS // (KILLS + 1)
            assert until(lambda wanted=wanted: len(said) >= wanted, PATIENCE_SECONDS)  # type: ignore[misc]
            time.sleep(dice.uniform(0, 0.02))
            stage.kill("web")
            stage.start("web")
        for one in sellers:
            one.join(2 * PATIENCE_SECONDS)
        # 2220 at 18.50 a voucher: room for 120 of 160.
        assert sorted(said) == [303] * 120 + [422] * 40
        check(stage)


def check(stage: Stage) -> None:
    file = stage.folder / "data" / "hotspot.db"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:

        def one(sql: str) -> object:
            return connection.execute(sql).fetchone()

        sold = "SELECT count(*), count(DISTINCT voucher_id) FROM agent_sale"
        assert one(sold) == (120, 120)
        assert one("SELECT count(*) FROM voucher") == (120,)
        entries = "SELECT count(*), count(once), sum(amount_cents) FROM agent_entry"
        assert one(entries) == (240, 120, -2220_00)
        facts = "SELECT count(*), sum(amount_cents) FROM money_fact"
        assert one(facts) == (120, 2400_00)
    told = stage.command("agent", "statement", "amina")
    assert told["owes"] == "2220.00"
    audit = stage.command("payment", "audit")
    assert audit["wrong"] == 0, audit
