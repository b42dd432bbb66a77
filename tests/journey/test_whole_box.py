"""The whole box as real processes: a sale from end to end, and what is left."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite import demo
from hotspot_lite.serve import ROLES
from hotspot_lite.stage import Stage, has_freeradius, until
from hotspot_lite.town.visitor import Visitor

SERVERS = ["embedded"] + (["freeradius"] if has_freeradius() else [])


@pytest.fixture(scope="module", params=SERVERS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("box")
    server = {"HOTSPOT_RADIUS_SERVER": request.param}
    with Stage(folder, scale=0.01, more=server) as made:
        made.prepare()
        made.start()
        yield made


@pytest.fixture(scope="module")
def customer(stage: Stage) -> Visitor:
    """Somebody who has bought an hour and is online."""
    visitor = stage.town.visitor()
    page = visitor.buy(visitor.browse(), "1 Hour")
    assert "/wait/" in page.url
    assert until(visitor.is_on_the_internet, 15)
    assert until(lambda: any(m.to == visitor.phone for m in stage.town.sms.messages), 5)
    return visitor


def test_a_customer_pays_and_is_online(stage: Stage, customer: Visitor) -> None:
    (row,) = [r for r in stage.town.router.active() if r["mac-address"] == customer.mac]
    assert row["radius"] == "true"
    assert row["session-time-left"].startswith("59m")
    (shown,) = stage.command("payment", "list")
    assert (shown["state"], shown["amount"]) == ("paid", "20.00")
    assert customer.phone not in json.dumps(shown)
    assert stage.command("payment", "show", "1")["access"] == "admitted"


def test_a_voucher_bought_at_the_counter_works_too(stage: Stage) -> None:
    words = ("voucher", "create", "--plan", "1 Hour", "--count", "1")
    code = stage.command(*words)["codes"][0]
    visitor = stage.town.visitor()
    page = visitor.browse()
    form = page.form_with("code")
    assert visitor.submit(form, code=code.upper()).status == 200
    assert until(visitor.is_on_the_internet, 10)


def test_a_free_package_needs_one_tap(stage: Stage) -> None:
    stage.command("plan", "add", "--name", "Taste", "--price", "0", "--duration", "15m")
    visitor = stage.town.visitor()
    (form,) = [f for f in visitor.browse().forms if f.action.endswith("/free")]
    assert visitor.submit(form).status == 200
    assert until(visitor.is_on_the_internet, 10)
    (row,) = [r for r in stage.town.router.active() if r["mac-address"] == visitor.mac]
    assert row["radius"] == "true"


def test_who_logs_in_by_hand_with_the_sms_is_online(
    stage: Stage, customer: Visitor
) -> None:
    (sms,) = [m for m in stage.town.sms.messages if m.to == customer.phone]
    found = re.search(r"log in as (\S+) with password (\S+)", sms.text)
    assert found is not None
    device = stage.town.router.device(customer.mac)
    device.log_out()
    assert device.log_in(found[1], found[2]).is_radius


def test_no_secret_is_in_a_log_a_job_or_run(stage: Stage, customer: Visitor) -> None:
    secrets = [
        value
        for name, value in stage.environment.items()
        if name.startswith("HOTSPOT_")
        and name.endswith(("SECRET", "PASSWORD", "PASSKEY", "API_KEY", "CONSUMER_KEY"))
    ]
    with sqlite3.connect(stage.folder / "data" / "hotspot.db") as ledger:
        people = ledger.execute("SELECT username, secret FROM customer").fetchall()
        secrets += [secret for username, secret in people if secret != username]
        secrets += [
            row[0] for row in ledger.execute("SELECT checkout_request_id FROM payment")
        ]
        jobs = str(ledger.execute("SELECT * FROM job").fetchall())
    secrets += [
        m.callback_url.rpartition("/")[2] for m in stage.town.daraja.money_taken()
    ]
    assert len(secrets) > 6 and all(len(secret) > 6 for secret in secrets)
    written = "".join(stage.log(role) for role in ROLES) + jobs
    # A voucher's code is the name of who is online by it, as the router tells it.
    assert not [username for username, _ in people if username in written]
    for file in (stage.folder / "run").glob("*.json"):
        written += file.read_text()
    for secret in secrets:
        at = written.find(secret)
        assert at < 0, written[max(0, at - 300) : at].replace(secret, "…")
    assert customer.phone not in written


def test_no_process_has_complained(stage: Stage, customer: Visitor) -> None:
    for role in ROLES:
        assert "Traceback" not in stage.log(role)


def test_a_dead_process_is_back_by_itself(tmp_path: Path) -> None:
    with Stage(tmp_path, more={"HOTSPOT_RADIUS_SERVER": "embedded"}) as stage:
        stage.prepare()
        stage.serve()
        (before,) = stage.consumers()
        os.kill(int(before.split("-")[1]), 9)
        back = until(lambda: [c for c in stage.consumers() if c != before], 15)
        assert len(back) == 1


def test_the_demo_narrates_a_sale_and_exits_0() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "demo", "--once"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for step in ("redirects", "PIN", "200", "Access-Accept", "active", "SMS"):
        assert step in done.stdout


def test_the_demo_fails_where_a_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "STEP_SECONDS", 2)
    with Stage(tmp_path, more={"HOTSPOT_RADIUS_SERVER": "embedded"}) as stage:
        stage.prepare()
        stage.start("web", "worker", "radius")
        stage.town.router.refuse()
        assert demo._narrated(stage) == 1
    assert "The sale failed: not within 2 s" in capsys.readouterr().err
