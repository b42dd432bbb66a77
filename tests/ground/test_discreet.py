"""No line of a log holds a phone number, a token or a secret, whoever wrote it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from hotspot_lite import discreet, settings

SECRET = "a-passkey-of-the-shop"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[logging.Logger]:
    before = logging.getLogRecordFactory()
    discreet.install(settings.load({"HOTSPOT_MPESA_PASSKEY": SECRET}))
    discreet.install(settings.load({"HOTSPOT_MPESA_PASSKEY": SECRET}))
    yield logging.getLogger("somebody")
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("sent to 254712345678.", "sent to 2547•••• 678."),
        ("sent to +254112345678", "sent to 2541•••• 678"),
        ("sent to 0712345678, twice", "sent to 07•••• 678, twice"),
        ("job 1254712345678 at 1800000000", "job 1254712345678 at 1800000000"),
        ("POST /cb/0123456789abcdef0123 404", "POST /cb/•••• 404"),
        ("POST /cb/c2b/0123456789abcdef0123/confirm", "POST /cb/c2b/••••/confirm"),
        ("POST /cb/paystack 200", "POST /cb/paystack 200"),
        (f"the key {SECRET} is wrong", "the key •••• is wrong"),
    ],
)
def test_what_must_not_be_read_is_hidden(
    log: logging.Logger, caplog: pytest.LogCaptureFixture, said: str, written: str
) -> None:
    log.warning("%s", said)
    assert caplog.messages == [written]


def test_an_error_s_own_words_are_cleaned_too(
    log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise ValueError(f"254712345678 and {SECRET}")
    except ValueError:
        log.exception("it failed")
    assert "Traceback" in caplog.text and "2547•••• 678" in caplog.text
    assert SECRET not in caplog.text and "254712345678" not in caplog.text


def test_a_line_that_is_wrong_in_itself_is_left_to_logging(
    log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    logging.raiseExceptions = False
    try:
        log.warning("%d", "words")
    finally:
        logging.raiseExceptions = True
