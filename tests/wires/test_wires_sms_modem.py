"""SMS by a GSM modem: the real program's syntax, its errors, and one at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.town import mmcli
from hotspot_lite.town.modem import PretendModem
from hotspot_lite.wires import sms_modem
from hotspot_lite.wires.sms import SmsAccount, send
from hotspot_lite.wires.sms_modem import Modem

TO = "254712345678"
ERROR = "couldn't send the SMS: 'GDBus.Error:org.freedesktop.ModemManager1.Error."


@pytest.fixture
def modem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PretendModem:
    made = PretendModem(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder), prepend=":")
    return made


@pytest.fixture
def account(tmp_path: Path) -> SmsAccount:
    return SmsAccount("modem", modem=Modem("any", str(tmp_path / "modem.lock")))


def hurry(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.6) -> None:
    for name in ("ASK_SECONDS", "SEND_SECONDS", "BUSY_SECONDS"):
        monkeypatch.setattr(sms_modem, name, seconds)


TEXTS = (
    "Habari, karibu.",
    "It's 50% off, isn't it?",
    'Say "yes", then go',
    "number='+1',text='x'",
    "two\nlines\r\nand = , ; $(id) `id` \\' %s",
    "Привет, 世界 🎉",
    "' leading",
    " --send ",
)


class TestText:
    @pytest.mark.parametrize("text", TEXTS)
    def test_it_arrives_letter_by_letter(
        self, modem: PretendModem, account: SmsAccount, text: str
    ) -> None:
        done = send(account, TO, text, "hl7")
        assert (done.message_id, done.uncertain) == ("hl7", False)
        assert modem.sent == [(f"+{TO}", text)]
        assert modem.left == 0

    def test_of_both_kinds_of_quotes_one_becomes_the_other(self) -> None:
        told = sms_modem.properties(TO, """it's "so", a=b""")
        assert mmcli.pairs(told) == [("number", f"+{TO}"), ("text", "it's 'so', a=b")]

    def test_what_no_argument_can_hold_is_left_out(self) -> None:
        told = sms_modem.properties(TO, "a\0b\ud800c")
        assert mmcli.pairs(told)[1] == ("text", "ab?c")

    @pytest.mark.parametrize("to", ["", "0712,text=x", "+2547'1", "--send", "12"])
    def test_what_is_no_number_is_given_up(
        self, modem: PretendModem, account: SmsAccount, to: str
    ) -> None:
        with pytest.raises(GiveUp, match="number"):
            send(account, to, "hi")
        assert modem.runs == []

    def test_an_older_mmcli_answers_in_a_sentence(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.set(is_old=True)
        send(account, TO, "hi")
        assert len(modem.sent) == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("step", "fault"),
        [
            ("create", "couldn't find the ModemManager process in the bus"),
            ("create", "hang"),
            ("create", "die"),
            ("send", f"{ERROR}Message.NoNetwork: No network'"),
            ("send", f"{ERROR}MobileEquipment.SimBusy: SIM busy'"),
            ("send", f"{ERROR}Core.InProgress: Operation in progress'"),
            ("send", f"{ERROR}Message.Unknown: Unknown message error: 500'"),
            ("send", "something quite new"),
        ],
    )
    def test_one_that_may_pass_is_tried_again(
        self,
        modem: PretendModem,
        account: SmsAccount,
        step: str,
        fault: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hurry(monkeypatch)
        modem.fail(step, fault)
        with pytest.raises(TryAgain):
            send(account, TO, "hi")
        assert (modem.sent, modem.left) == ([], 0)
        modem.fail(step, "")
        send(account, TO, "hi")
        assert len(modem.sent) == 1

    @pytest.mark.parametrize(
        ("fault", "todo"),
        [
            ("Message.InvalidPduParameter: Invalid PDU mode parameter'", "number"),
            ("Message.Unknown: Unknown message error: 28'", "number"),
            ("Message.SimPin: SIM PIN required'", "PIN"),
            ("Message.SmscAddressUnknown: SMSC address unknown'", "centre"),
            ("MobileEquipment.CallBarred: Call barred'", "airtime"),
            (
                "Core.Unauthorized: PolicyKit authorization failed: …'",
                "sudo ./install.sh",
            ),
        ],
    )
    def test_one_for_good_is_given_up_and_says_what_to_do(
        self, modem: PretendModem, account: SmsAccount, fault: str, todo: str
    ) -> None:
        modem.fail("send", ERROR + fault)
        with pytest.raises(GiveUp) as raised:
            send(account, TO, "hi")
        assert todo in raised.value.todo
        assert modem.left == 0

    def test_no_modem_yet_is_waited_for(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.set(is_there=False)
        with pytest.raises(TryAgain, match="There is no modem"):
            send(account, TO, "hi")

    def test_one_that_is_searching_is_waited_for(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.set(state="searching")
        with pytest.raises(TryAgain, match="in no network"):
            send(account, TO, "hi")

    def test_one_that_is_off_is_turned_on(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.set(state="disabled")
        with pytest.raises(TryAgain, match="turned on"):
            send(account, TO, "hi")
        send(account, TO, "hi")
        assert len(modem.sent) == 1

    def test_without_the_program_it_is_given_up(
        self, account: SmsAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(GiveUp, match="mmcli is not on this box"):
            send(account, TO, "hi")

    def test_no_error_tells_the_number(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.fail("send", f"{ERROR}Core.Failed: no way to +{TO}'")
        with pytest.raises(TryAgain) as raised:
            send(account, TO, "hi")
        assert "no way to" in raised.value.says and TO not in raised.value.says


class TestUncertain:
    @pytest.mark.parametrize(
        "fault",
        [
            "hang",
            "die",
            f"{ERROR}Message.NetworkTimeout: Network timeout'",
            "couldn't send the SMS: 'Timeout was reached'",
        ],
    )
    def test_nobody_knows_whether_it_left(
        self,
        modem: PretendModem,
        account: SmsAccount,
        fault: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hurry(monkeypatch)
        modem.fail("send", fault)
        assert send(account, TO, "hi").uncertain

    @pytest.mark.parametrize("fault", ["hang", "die"])
    def test_what_modemmanager_knows_to_be_sent_is_sent(
        self,
        modem: PretendModem,
        account: SmsAccount,
        fault: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hurry(monkeypatch)
        modem.fail("send after", fault)
        assert not send(account, TO, "hi").uncertain
        assert len(modem.sent) == 1

    def test_one_that_can_not_be_deleted_was_sent_all_the_same(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.fail("delete", "couldn't delete SMS: 'no'")
        assert not send(account, TO, "hi").uncertain


class TestOneAtATime:
    def test_messages_wait_for_each_other(
        self, modem: PretendModem, account: SmsAccount
    ) -> None:
        modem.set(send_seconds=0.1)
        threads = [
            threading.Thread(target=send, args=(account, TO, f"hi {n}"))
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(modem.sent), modem.most_at_once) == (4, 1)

    def test_one_that_waits_too_long_is_tried_again(
        self,
        modem: PretendModem,
        account: SmsAccount,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        hurry(monkeypatch)
        with (
            sms_modem._alone(account.modem.lock_file),
            pytest.raises(TryAgain, match="busy"),
        ):
            send(account, TO, "hi")
        send(account, TO, "hi")


def test_how_it_stands_is_told(modem: PretendModem) -> None:
    stands = sms_modem.look(Modem())
    assert (stands.operator, stands.signal, stands.is_ready) == ("Safaricom", 61, True)
    modem.set(state="searching")
    assert not sms_modem.look(Modem()).is_ready
