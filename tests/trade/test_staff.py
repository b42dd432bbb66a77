"""Who may enter: passwords, sessions, roles and the setup code."""

from __future__ import annotations

import pytest

from hotspot_lite.errors import BadInput
from hotspot_lite.trade import staff
from hotspot_lite.trade.models import Audit, Login, Staff, Stored

NOW = 1_800_000_000
pytestmark = pytest.mark.usefixtures("box")


def test_the_right_password_opens_a_session_that_ends() -> None:
    staff.add("amina", "correct horse", "cashier", NOW)
    token = staff.sign_in("amina", "correct horse", NOW)
    assert token is not None
    person = staff.signed_in(token, NOW + 1)
    assert person is not None and (person.name, person.role) == ("amina", "cashier")
    assert staff.signed_in(token, NOW + staff.SESSION_SECONDS) is None


@pytest.mark.parametrize(
    ("name", "password"), [("amina", "wrong"), ("nobody", "correct horse"), ("", "")]
)
def test_anything_else_opens_nothing(name: str, password: str) -> None:
    staff.add("amina", "correct horse", "cashier", NOW)
    assert staff.sign_in(name, password, NOW) is None


def test_neither_password_nor_token_is_kept() -> None:
    staff.add("amina", "correct horse", "owner", NOW)
    token = staff.sign_in("amina", "correct horse", NOW)
    kept = f"{list(Staff.select().dicts())}{list(Login.select().dicts())}"
    assert token not in kept and "correct horse" not in kept


def test_signing_out_ends_the_session() -> None:
    staff.add("amina", "correct horse", "owner", NOW)
    token = staff.sign_in("amina", "correct horse", NOW) or ""
    staff.sign_out(token)
    assert staff.signed_in(token, NOW) is None


def test_a_new_password_ends_all_sessions() -> None:
    staff.add("amina", "correct horse", "owner", NOW)
    token = staff.sign_in("amina", "correct horse", NOW) or ""
    staff.set_password("amina", "battery staple", NOW)
    assert staff.signed_in(token, NOW) is None
    assert staff.sign_in("amina", "battery staple", NOW) is not None


def test_the_setup_code_makes_one_owner_and_is_used_up() -> None:
    code = staff.new_setup_code()
    assert code not in str(list(Stored.select().dicts()))
    with pytest.raises(BadInput, match="setup code"):
        staff.set_up("0000-0000-0000-0000", "x", "long enough", NOW)
    assert staff.set_up(code, "amina", "long enough", NOW).role == "owner"
    with pytest.raises(BadInput, match="setup code"):
        staff.set_up(code, "eve", "long enough", NOW)


def test_a_setup_that_is_refused_for_its_password_keeps_the_code() -> None:
    code = staff.new_setup_code()
    with pytest.raises(BadInput, match="8 letters"):
        staff.set_up(code, "amina", "short", NOW)
    assert staff.set_up(code, "amina", "long enough", NOW).name == "amina"


@pytest.mark.parametrize(
    ("name", "password", "role", "field"),
    [
        (" ", "long enough", "owner", "name"),
        ("amina", "short", "owner", "password"),
        ("amina", "long enough", "boss", "role"),
    ],
)
def test_what_is_wrong_is_named(
    name: str, password: str, role: str, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        staff.add(name, password, role, NOW)
    assert caught.value.field == field


def test_an_owner_may_all_and_a_viewer_only_look() -> None:
    assert staff.Person("a", "owner", "").may("cashier")
    assert staff.Person("b", "cashier", "").may("cashier", "viewer")
    assert not staff.Person("c", "viewer", "").may("cashier")


def test_every_change_is_in_the_audit_log() -> None:
    staff.add("amina", "correct horse", "owner", NOW, by="joe")
    note = Audit.get()
    assert (note.who, note.what, note.detail) == ("joe", "admin add", "amina as owner")
