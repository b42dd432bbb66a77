"""What leaves the box under a passphrase: opened by age's own code, and else nobody."""

from __future__ import annotations

import io
from pathlib import Path

import pyrage
import pytest

from hotspot_lite.errors import BadInput
from hotspot_lite.store import sealed
from hotspot_lite.store.sealed import PIECE, Damaged, Passphrase, WrongPassphrase

WORDS = "a maize field by the lake"
PASSPHRASE = Passphrase(WORDS.encode())


@pytest.fixture(autouse=True)
def a_quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "WORK", 10)


def shut(plain: bytes) -> bytes:
    target = io.BytesIO()
    sealed.seal(io.BytesIO(plain), target, PASSPHRASE)
    return target.getvalue()


def opened(raw: bytes, passphrase: Passphrase = PASSPHRASE) -> bytes:
    target = io.BytesIO()
    sealed.unseal(io.BytesIO(raw), target, passphrase)
    return target.getvalue()


LENGTHS = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 77]


class TestTheFormat:
    @pytest.mark.parametrize("length", LENGTHS)
    def test_we_open_what_we_sealed(self, length: int) -> None:
        assert opened(shut(b"x" * length)) == b"x" * length

    @pytest.mark.parametrize("length", LENGTHS)
    def test_age_opens_what_we_sealed(self, length: int) -> None:
        assert pyrage.passphrase.decrypt(shut(b"x" * length), WORDS) == b"x" * length

    def test_age_opens_it_with_the_memory_that_we_take_in_earnest(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        assert pyrage.passphrase.decrypt(shut(b"all of it"), WORDS) == b"all of it"

    def test_we_open_what_age_sealed(self) -> None:
        plain = b"y" * (PIECE * 2 + 5)
        assert opened(pyrage.passphrase.encrypt(plain, WORDS)) == plain

    def test_twice_the_same_is_not_the_same(self) -> None:
        assert shut(b"same")[60:] != shut(b"same")[60:]

    def test_written_in_drops_it_is_the_same(self) -> None:
        target = io.BytesIO()
        sealer = sealed.Sealer(target, PASSPHRASE)
        for start in range(0, 200_000, 999):
            sealer.write(b"z" * min(999, 200_000 - start))
        sealer.close()
        assert opened(target.getvalue()) == b"z" * 200_000


class TestWhatIsRefused:
    def test_a_wrong_passphrase(self) -> None:
        with pytest.raises(WrongPassphrase, match="passphrase does not open it"):
            opened(shut(b"x"), Passphrase(b"another one here"))

    def test_a_cut_at_any_place(self) -> None:
        raw = shut(b"x" * (2 * PIECE + 5))
        head = len(raw) - (2 * PIECE + 5) - 3 * 16
        cuts = [0, 10, 50, head - 1, head, head + 5, head + PIECE, head + PIECE + 16]
        for cut in [*cuts, head + 2 * (PIECE + 16), len(raw) - 1]:
            with pytest.raises(Damaged):
                opened(raw[:cut])

    def test_a_cut_between_two_pieces_is_called_a_cut(self) -> None:
        raw = shut(b"x" * (2 * PIECE))
        with pytest.raises(Damaged, match="its end is missing"):
            opened(raw[: -(PIECE + 16)])

    @pytest.mark.parametrize("at", [25, 40, -100_000, -5])
    def test_a_changed_byte(self, at: int) -> None:
        raw = bytearray(shut(b"x" * 150_000))
        raw[at] ^= 1
        with pytest.raises(BadInput):
            opened(bytes(raw))

    def test_pieces_in_another_order(self) -> None:
        raw = shut(b"x" * PIECE + b"y" * PIECE + b"z")
        end = PIECE + 16
        head, body = raw[: -(2 * end + 17)], raw[-(2 * end + 17) :]
        swapped = body[end : 2 * end] + body[:end] + body[2 * end :]
        with pytest.raises(Damaged, match="damaged after byte 0"):
            opened(head + swapped)

    def test_something_added_at_the_end(self) -> None:
        with pytest.raises(Damaged):
            opened(shut(b"x") + b"more")

    def test_a_file_that_wants_all_our_memory(self) -> None:
        with pytest.raises(Damaged, match="more memory"):
            opened(shut(b"x").replace(b" 10\n", b" 30\n", 1))


class TestThePassphraseFile:
    def test_its_one_line_is_the_passphrase(self, tmp_path: Path) -> None:
        file = tmp_path / "words"
        file.write_text(WORDS + "\n")
        file.chmod(0o640)
        assert sealed.passphrase_of(file) == PASSPHRASE

    def test_it_is_not_shown(self) -> None:
        assert "maize" not in repr(PASSPHRASE)

    @pytest.mark.parametrize(
        ("text", "mode", "says"),
        [
            ("short", 0o600, "12 letters or more"),
            ("", 0o600, "12 letters or more"),
            ("two lines of it\nand more", 0o600, "one line"),
            (WORDS, 0o644, "chmod o="),
        ],
    )
    def test_a_bad_one_is_refused_in_words_without_what_it_says(
        self, tmp_path: Path, text: str, mode: int, says: str
    ) -> None:
        file = tmp_path / "words"
        file.write_text(text)
        file.chmod(mode)
        with pytest.raises(BadInput, match=says) as caught:
            sealed.passphrase_of(file)
        assert not text or text.splitlines()[0] not in str(caught.value)

    def test_one_that_is_gone_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="not there"):
            sealed.passphrase_of(tmp_path / "gone")
