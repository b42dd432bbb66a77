"""Who may enter: passwords by argon2id, a second factor, roles, and never no owner."""

from __future__ import annotations

import hashlib

import pyotp
import pytest

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Audit, Login, Staff
from hotspot_lite.trade.people import passwords, second_factor, staff
from hotspot_lite.trade.people.staff import Attempt, Person

NOW = 1_800_000_000
PASSWORD = "correct horse"


@pytest.fixture
def olive(box: Box) -> Staff:
    return staff.add("olive", PASSWORD, "owner", NOW)


def old_hash(password: str) -> str:
    salt = b"s" * 16
    made = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=5, dklen=32)
    return f"scrypt${2**14}$8$5${salt.hex()}${made.hex()}"


class TestPasswords:
    def test_they_are_kept_by_argon2id(self, olive: Staff) -> None:
        assert olive.password.startswith("$argon2id$")
        assert passwords.is_right(PASSWORD, olive.password)
        assert not passwords.is_right("wrong horse", olive.password)

    def test_an_old_one_is_still_right_and_kept_anew_at_the_next_sign_in(
        self, olive: Staff
    ) -> None:
        Staff.update(password=old_hash(PASSWORD)).execute()
        assert staff.sign_in("olive", "wrong horse", NOW) is None
        assert Staff.get().password.startswith("scrypt$")
        assert staff.sign_in("olive", PASSWORD, NOW)
        assert Staff.get().password.startswith("$argon2id$")
        assert staff.sign_in("olive", PASSWORD, NOW)

    @pytest.mark.parametrize("password", ["short", "x" * 201])
    def test_too_short_or_long_is_refused(self, box: Box, password: str) -> None:
        with pytest.raises(BadInput):
            staff.add("sam", password, "viewer", NOW)

    def test_nobody_has_no_password(self, box: Box) -> None:
        assert staff.sign_in("nobody", "", NOW) is None
        assert staff.sign_in("nobody", "nobody", NOW) is None

    def test_ones_own_is_changed_and_other_sessions_end(self, olive: Staff) -> None:
        here = staff.signed_in(staff.sign_in("olive", PASSWORD, NOW) or "", NOW)
        assert here is not None
        staff.sign_in("olive", PASSWORD, NOW)
        with pytest.raises(BadInput):
            staff.change_password("olive", "wrong", "new password", here.csrf, NOW)
        staff.change_password("olive", PASSWORD, "new password", here.csrf, NOW)
        assert [one.csrf for one in Login.select()] == [here.csrf]
        assert staff.sign_in("olive", "new password", NOW)

    def test_one_that_somebody_else_made_must_be_changed(self, olive: Staff) -> None:
        staff.add("sam", "given password", "viewer", NOW, "olive", must_change=True)
        token = staff.sign_in("sam", "given password", NOW) or ""
        person = staff.signed_in(token, NOW)
        assert person is not None
        assert person.must_change
        staff.change_password("sam", "given password", "my own one", person.csrf, NOW)
        person = staff.signed_in(token, NOW)
        assert person is not None
        assert not person.must_change


class TestRoles:
    def test_what_each_may(self) -> None:
        may = {role: Person("x", role, "").may for role in staff.HOUSE}
        assert [may[role]() for role in staff.HOUSE] == [True, False, False, False]
        assert [may[r]("manager") for r in staff.HOUSE] == [True, True, False, False]
        assert [may[r]("cashier") for r in staff.HOUSE] == [True, True, True, False]

    def test_an_agent_may_nothing_of_the_house(self) -> None:
        agent = Person("amina", "agent", "")
        assert agent.is_agent and agent.may("agent")
        assert not agent.may() and not agent.may(*staff.HOUSE)

    def test_there_is_always_an_owner(self, olive: Staff) -> None:
        with pytest.raises(BadInput, match="last owner"):
            staff.set_role("olive", "manager", "olive", NOW)
        with pytest.raises(BadInput, match="last owner"):
            staff.set_locked("olive", True, "olive", NOW)
        staff.add("sam", PASSWORD, "owner", NOW)
        staff.set_locked("sam", True, "olive", NOW)
        with pytest.raises(BadInput, match="last owner"):
            staff.set_role("olive", "viewer", "olive", NOW)

    def test_who_is_locked_is_out_at_once(self, olive: Staff) -> None:
        staff.add("sam", PASSWORD, "cashier", NOW)
        token = staff.sign_in("sam", PASSWORD, NOW) or ""
        staff.set_locked("sam", True, "olive", NOW)
        assert staff.signed_in(token, NOW) is None
        assert staff.sign_in("sam", PASSWORD, NOW) is None
        staff.set_locked("sam", False, "olive", NOW)
        assert staff.sign_in("sam", PASSWORD, NOW)

    def test_each_change_is_in_the_audit_log_with_before_and_after(
        self, olive: Staff
    ) -> None:
        staff.add("sam", PASSWORD, "viewer", NOW, "olive")
        staff.set_role("sam", "cashier", "olive", NOW)
        note = Audit.select().order_by(Audit.id.desc()).get()
        assert (note.who, note.detail) == ("olive", "sam: viewer → cashier")


class TestSecondFactor:
    @pytest.fixture
    def secret(self, olive: Staff) -> str:
        made = second_factor.new_secret()
        code = pyotp.TOTP(made).at(NOW)
        self.codes = second_factor.turn_on("olive", made, code, NOW)
        return made

    def enter(self, code: str, now: int) -> staff.Entry:
        return staff.enter(Attempt("olive", PASSWORD, code), now)

    def test_it_is_turned_on_only_by_a_right_code(self, olive: Staff) -> None:
        with pytest.raises(BadInput, match="app's code"):
            second_factor.turn_on("olive", second_factor.new_secret(), "000000", NOW)
        assert Staff.get().totp_secret == ""

    def test_without_the_code_nobody_gets_in(self, secret: str) -> None:
        assert self.enter("", NOW + 60) == staff.Entry(None, wants_code=True)
        assert self.enter("123456", NOW + 60).token is None
        assert self.enter(pyotp.TOTP(secret).at(NOW + 60), NOW + 60).token

    def test_whether_a_password_is_right_is_not_told_by_it(self, secret: str) -> None:
        wrong = staff.enter(Attempt("olive", "wrong horse", "123456"), NOW)
        assert wrong == staff.Entry(None, wants_code=False)

    def test_a_code_is_good_once(self, secret: str) -> None:
        code = pyotp.TOTP(secret).at(NOW + 60)
        assert self.enter(code, NOW + 60).token
        assert self.enter(code, NOW + 61).token is None
        assert self.enter(pyotp.TOTP(secret).at(NOW), NOW + 62).token is None

    @pytest.mark.parametrize(("off", "is_in"), [(-30, True), (30, True), (90, False)])
    def test_a_phones_clock_may_be_half_a_minute_off(
        self, secret: str, off: int, is_in: bool
    ) -> None:
        code = pyotp.TOTP(secret).at(NOW + 300 + off)
        assert bool(self.enter(code, NOW + 300).token) == is_in

    def test_a_recovery_code_lets_in_once(self, secret: str) -> None:
        code = self.codes[0].upper()
        assert self.enter(f" {code[:5]}-{code[5:]} ", NOW).token
        assert self.enter(code, NOW).token is None
        assert self.enter(self.codes[1], NOW).token

    def test_turned_off_the_password_is_enough(self, secret: str) -> None:
        second_factor.turn_off("olive", "cli", NOW)
        assert self.enter("", NOW).token


class TestSessions:
    def test_the_others_are_ended_and_this_one_stays(self, olive: Staff) -> None:
        for address in ("10.0.0.1", "10.0.0.2"):
            attempt = Attempt("olive", PASSWORD, address=address, agent="Firefox")
            token = staff.enter(attempt, NOW).token or ""
        here = staff.signed_in(token, NOW)
        assert here is not None
        assert {one.address for one in staff.sessions_of("olive", NOW)} == {
            "10.0.0.1",
            "10.0.0.2",
        }
        assert staff.sign_out_elsewhere("olive", here.csrf, NOW) == 1
        assert [one.address for one in staff.sessions_of("olive", NOW)] == ["10.0.0.2"]
