"""`router test`: sign-in, RADIUS and disconnect are really tried, and nothing stays."""

from __future__ import annotations

from hotspot_lite import journey
from hotspot_lite.fitting.prove import Proof
from hotspot_lite.journey import proving
from hotspot_lite.trade.models import Customer, Session, Subscription
from hotspot_lite.trade.service import sessions, trial


def tried(mac: str = "") -> dict[str, Proof]:
    return {one.name: one for one in proving.prove_router(journey.here.box, mac)}


def states(mac: str = "") -> dict[str, str]:
    return {name: proof.state for name, proof in tried(mac).items()}


ALL_GOOD = {"sign-in": "ok", "radius here": "ok", "radius": "ok", "disconnect": "ok"}


def radius_journal(town) -> list[str]:
    return [what for _, what in town.router.journal if what.startswith("login ")]


def assert_nothing_stays(town) -> None:
    assert not trial.names()
    assert not Subscription.select().where(Subscription.id < 0).exists()
    assert not list(town.router.hotspot.sessions())
    for menu in ("/ip/hotspot/cookie", "/ip/hotspot/user"):
        rows = town.router.tables[menu].rows
        assert not [r for r in rows if trial.PREFIX in r.get("user", r.get("name", ""))]


def test_everything_works_and_nothing_stays(box, town, visitor):
    assert states() == ALL_GOOD
    logins = radius_journal(town)
    assert len(logins) == 1
    assert f"{visitor.mac} {trial.PREFIX}" in logins[0]
    assert_nothing_stays(town)


def test_without_a_device_what_can_be_tried_is_tried(box, town):
    proofs = tried()
    assert proofs["radius"].state == "not tried"
    assert "Join the WiFi" in proofs["radius"].todo
    assert proofs["disconnect"].state == "ok"
    assert_nothing_stays(town)


def test_a_device_that_is_in_use_is_not_lent(box, town, sold, visitor):
    device = town.router.device(visitor.mac)
    device.log_in(sold.customer.username, sold.customer.secret)
    proof = tried(visitor.mac)["radius"]
    assert proof.state == "failed"
    assert "in use" in proof.says
    assert device.is_online


def test_who_paid_and_waits_is_not_lent(box, town, sold):
    assert states()["radius"] == "not tried"


def test_a_wrong_secret_is_said_with_what_to_do(box, town, visitor):
    town.router.tables["/radius"].rows[0]["secret"] = "another"
    proofs = tried()
    assert proofs["radius"].state == proofs["disconnect"].state == "failed"
    assert "router apply --secret" in proofs["radius"].todo
    assert_nothing_stays(town)


def test_a_profile_without_radius_fails_the_proof(box, town, visitor):
    for row in town.router.tables["/ip/hotspot/profile"].rows:
        row["use-radius"] = "false"
    proofs = tried()
    assert proofs["radius"].state == "failed"
    assert_nothing_stays(town)


def test_a_deaf_router_fails_only_the_disconnect(box, town, visitor):
    town.router.tables["/radius/incoming"].rows[0]["accept"] = "false"
    proofs = tried()
    assert proofs["radius"].state == "ok"
    assert proofs["disconnect"].state == "failed"
    assert_nothing_stays(town)


def test_a_router_that_is_away_leaves_the_rest_untried(box, town, visitor):
    town.router.refuse()
    proofs = tried()
    assert proofs["sign-in"].state == "failed"
    assert proofs["radius here"].state == "ok"
    assert proofs["radius"].state == "not tried"
    assert not trial.names()


def test_a_test_that_dies_in_the_middle_leaves_no_user(box, town, visitor):
    going = proving.prove_router(journey.here.box)
    for proof in going:
        if proof.name == "radius":
            break
    assert trial.names()
    going.close()
    assert_nothing_stays(town)


def test_what_a_killed_test_left_is_ended_by_time_and_swept_by_the_next(box):
    left = trial.lent(journey.here.now())
    customer = left.__enter__()
    time_left = Subscription.get(Subscription.customer == customer)
    assert time_left.expires_at - journey.here.now() <= trial.SECONDS
    assert trial.sweep() == 1
    assert not Customer.select().where(Customer.id == customer.id).exists()


def test_the_session_of_a_test_is_nobodys_and_its_late_record_harms_nobody(
    box, town, visitor
):
    assert states() == ALL_GOOD
    assert town.router.nas.settle()
    journey.drain()
    for one in Session.select():
        assert one.subscription is None
    assert sessions.record([], journey.here.now()) == set()


def test_the_command_tells_each_step_and_its_exit_code(box, town, visitor, monkeypatch):
    from hotspot_lite.cli import router as verbs

    monkeypatch.setattr(verbs, "open_box", lambda: journey.here.box)
    args = type("Args", (), {"device": "", "json": True})()
    answer = verbs.router_test(args)
    assert answer.code == 0
    assert [one["state"] for one in answer.data["steps"]] == ["ok"] * 4
    town.router.refuse()
    assert verbs.router_test(args).code == 1
