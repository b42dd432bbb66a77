"""The shared caller: what was sent, what is unknown, and never longer than allowed."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.town.whole import free_port
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.http_answer import Answer, NotSent, OutcomeUnknown

SECRET = "s3cr3t-key"


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection whatever `serve` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                try:
                    serve(line)
                except OSError:
                    continue

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def answering(text: bytes) -> Callable[[socket.socket], None]:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(text)

    return serve


def whole(body: bytes, extra: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
    return head + extra + b"\r\n" + body


def test_an_answer_has_status_body_headers_and_date() -> None:
    date = b"Date: Fri, 27 Mar 2026 12:00:00 GMT\r\nRetry-After: 7\r\n"
    with raw_server(answering(whole(b'{"a": 1}', date))) as url:
        answer = Caller().call("POST", url, {"X": "y"}, b"{}")
    assert (answer.status, answer.json()) == (200, {"a": 1})
    assert answer.date() == 1774612800
    assert answer.retry_after() == 7


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 200_000, b"{"])
def test_a_body_that_is_not_json_is_none_and_no_exception(body: bytes) -> None:
    assert Answer(200, body).json() is None


@pytest.mark.parametrize("date", [None, "", "yesterday", "Fri, 99 Mar 2026 12:00 GMT"])
def test_a_date_that_cannot_be_read_is_none(date: str | None) -> None:
    assert Answer(200, date_header=date).date() is None


@pytest.mark.parametrize("text", ["", "-1", "soon", "1e9", "٣"])
def test_a_wait_that_is_no_number_is_none(text: str) -> None:
    assert Answer(429, headers={"retry-after": text}).retry_after() is None


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with pytest.raises(NotSent) as raised:
        Caller().call("POST", f"http://127.0.0.1:{free_port()}/{SECRET}", {}, b"x")
    assert SECRET not in str(raised.value)
    assert isinstance(raised.value, TryAgain)


def test_an_unknown_name_means_that_nothing_was_sent() -> None:
    with pytest.raises(NotSent):
        Caller().call("GET", "http://no-such-host.invalid/")


def test_silence_after_the_request_means_that_the_outcome_is_unknown() -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        time.sleep(1)

    with raw_server(serve) as url, pytest.raises(OutcomeUnknown):
        Caller(read_seconds=0.2).call("POST", url, {}, b"x")


def test_a_hang_up_after_the_request_means_that_the_outcome_is_unknown() -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)

    with raw_server(serve) as url, pytest.raises(OutcomeUnknown):
        Caller().call("POST", url, {}, b"x")


def test_half_an_answer_is_no_answer() -> None:
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"
    with raw_server(answering(text)) as url, pytest.raises(OutcomeUnknown):
        Caller().call("POST", url, {}, b"x")


def test_rubbish_instead_of_http_leaves_the_outcome_unknown() -> None:
    with raw_server(answering(b"SSH-2.0-x\r\n")) as url, pytest.raises(OutcomeUnknown):
        Caller().call("POST", url, {}, b"x")


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n", whole(b"")[:-2]])
def test_a_drip_of_bytes_does_not_hold_us_past_the_deadline(head: bytes) -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(head)
        for _ in range(100):
            line.sendall(b"X")
            time.sleep(0.05)

    with raw_server(serve) as url:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            Caller(deadline_seconds=0.5).call("POST", url, {}, b"x")
        assert time.monotonic() - began < 3


def test_a_body_without_end_is_cut() -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            line.sendall(b"x" * 65536)

    with raw_server(serve) as url, pytest.raises(OutcomeUnknown):
        Caller().call("GET", url)


def test_a_gzip_bomb_is_cut_where_it_unpacks() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    text = whole(bomb, b"Content-Encoding: gzip\r\n")
    with raw_server(answering(text)) as url, pytest.raises(OutcomeUnknown):
        Caller().call("GET", url)


def test_a_gzipped_answer_is_read() -> None:
    text = whole(gzip.compress(b'{"a": 1}'), b"Content-Encoding: gzip\r\n")
    with raw_server(answering(text)) as url:
        assert Caller().call("GET", url).json() == {"a": 1}


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    text = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
    with raw_server(answering(text)) as url:
        assert Caller().call("GET", url).status == 302


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://host/x", "http://[::1/x"])
def test_an_address_that_is_none_is_given_up(url: str) -> None:
    with pytest.raises(GiveUp):
        Caller().call("GET", url)


def test_a_key_with_a_line_break_is_given_up_without_showing_it() -> None:
    with raw_server(answering(whole(b""))) as url, pytest.raises(GiveUp) as raised:
        Caller().call("GET", url, {"Authorization": f"Bearer {SECRET}\r\nX: y"})
    assert SECRET not in str(raised.value)


def test_nothing_of_a_call_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with raw_server(answering(whole(b""))) as url:
        Caller().call("GET", f"{url}/?key={SECRET}", {"Authorization": SECRET})
    assert SECRET not in caplog.text


def test_each_call_has_its_own_connection() -> None:
    asked: list[bytes] = []

    def serve(line: socket.socket) -> None:
        asked.append(line.recv(65536))
        line.sendall(whole(b""))

    with raw_server(serve) as url:
        Caller().call("GET", url)
    assert b"connection: close" in asked[0].lower()


def test_a_call_that_broke_is_not_made_again_by_itself() -> None:
    asked: list[bytes] = []

    def serve(line: socket.socket) -> None:
        asked.append(line.recv(65536))

    with raw_server(serve) as url, pytest.raises(OutcomeUnknown):
        Caller().call("GET", url)
    assert len(asked) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-subj", "/CN=pretend", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-days", "30", "-out", str(made[0]), "-keyout", str(made[1])]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("openssl is not installed")
    return made


@contextmanager
def tls_server(certificate: tuple[Path, Path], seen: list[bytes]) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def serve(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as safe:
            seen.append(safe.recv(65536))
            safe.sendall(whole(b"{}"))

    with raw_server(serve) as url:
        yield url.replace("http:", "https:")


def test_a_certificate_nobody_vouches_for_stops_us_before_the_request(
    certificate: tuple[Path, Path],
) -> None:
    seen: list[bytes] = []
    with tls_server(certificate, seen) as url, pytest.raises(NotSent):
        Caller().call("POST", url, {"Authorization": SECRET}, b"x")
    assert seen == []


def test_a_certificate_for_another_name_stops_us_too(
    certificate: tuple[Path, Path],
) -> None:
    with tls_server(certificate, []) as url, pytest.raises(NotSent):
        named = url.replace("127.0.0.1", "localhost")
        Caller(ca_file=str(certificate[0])).call("GET", named)


def test_a_certificate_we_trust_lets_us_through(
    certificate: tuple[Path, Path],
) -> None:
    with tls_server(certificate, []) as url:
        assert Caller(ca_file=str(certificate[0])).call("GET", url).status == 200


def test_a_handshake_that_never_ends_means_that_nothing_was_sent() -> None:
    def serve(line: socket.socket) -> None:
        line.recv(65536)
        time.sleep(1)

    with raw_server(serve) as url, pytest.raises(NotSent):
        Caller(connect_seconds=0.2, read_seconds=0.2).call(
            "GET", url.replace("http:", "https:")
        )
