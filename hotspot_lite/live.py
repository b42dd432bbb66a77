"""The live feed: sends admin pages the events and numbers as they come, by websocket.

Reads the database and never writes to it. Runs on gevent in a process of its own;
nothing else in the house depends on that.
"""

from __future__ import annotations

import json
import logging
import signal
import time
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from gevent.socket import wait_read
from geventwebsocket import WebSocketError
from geventwebsocket.handler import WebSocketHandler
from geventwebsocket.websocket import WebSocket

from hotspot_lite import jobs, store
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box, open_box
from hotspot_lite.trade import events, staff
from hotspot_lite.web import board
from hotspot_lite.web.board import COOKIE, LIVE_PORT_FILE

log = logging.getLogger(__name__)
MOST_CLIENTS = 50
# Connections that are not let in yet, or never will be, need room too.
MOST_CONNECTIONS = 200
REQUEST_SECONDS = 5
SEND_SECONDS = 10
PING_SECONDS, SILENT_SECONDS = 20, 60
RECHECK_SECONDS = 60
# A lost ring costs no more than this; pages also take it as a sign of life.
POLL_SECONDS = 5.0
NUMBERS_SECONDS = 1.0
EVENTS_AT_ONCE = 200
# Pages have nothing to tell us but close, ping and pong.
MOST_FRAME_BYTES = 1024

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Ear:
    """A websocket's incoming side: bounded, and knows when it last heard anything."""

    def __init__(self, stream: Any) -> None:
        self._read = stream.read
        self.write = stream.write
        self.heard_at = time.monotonic()

    def read(self, size: int) -> bytes:
        """As a file's read. Raises WebSocketError for a frame that is too large."""
        if size > MOST_FRAME_BYTES:
            raise WebSocketError("too large a frame")
        data: bytes = self._read(size)
        if data:
            self.heard_at = time.monotonic()
        return data


class Client:
    """One admin page that listens."""

    def __init__(self, socket: WebSocket, token: str, since: int) -> None:
        self.socket = socket
        self.token = token
        self.since = since
        self.woken = Event()
        self.is_gone = False
        self.told_numbers: dict[str, Any] | None = None
        self.told_samples: object = None
        self.ear = Ear(socket.stream)
        socket.stream = self.ear
        socket.raw_read = self.ear.read
        self.pinged_at = self.checked_at = time.monotonic()

    def listen(self) -> None:
        """Answer pings and notice the end. Runs beside the sending."""
        try:
            while not self.is_gone and self.socket.receive() is not None:
                pass
        except (WebSocketError, OSError, AttributeError):
            pass  # AttributeError: it was closed by the other greenlet meanwhile
        self.is_gone = True
        self.woken.set()

    def send(self, told: dict[str, Any]) -> None:
        """Send one message; a page that doesn't read is given up."""
        self._within_time(lambda: self.socket.send(json.dumps(told)))

    def ping(self) -> None:
        """Ask for a sign of life; without any for long, give up."""
        now = time.monotonic()
        if now - self.ear.heard_at > SILENT_SECONDS:
            self.is_gone = True
        elif now - self.pinged_at > PING_SECONDS:
            self.pinged_at = now
            self._within_time(lambda: self.socket.send_frame("", WebSocket.OPCODE_PING))

    def _within_time(self, work: Callable[[], None]) -> None:
        if self.is_gone:
            return
        try:
            with gevent.Timeout(SEND_SECONDS):
                work()
        except (gevent.Timeout, WebSocketError, OSError, AttributeError):
            self.is_gone = True


class Feed:
    """What is told to every page, and the pages that listen."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.clients: set[Client] = set()
        self.numbers: dict[str, Any] | None = None
        self.samples: dict[str, Any] | None = None
        self.numbers_at = float("-inf")

    def serve(self, client: Client) -> None:
        """Tell one page everything, until it goes or its session ends."""
        listener = gevent.spawn(client.listen)
        self.clients.add(client)
        try:
            while not client.is_gone:
                client.woken.clear()
                self._tell(client)
                client.woken.wait(POLL_SECONDS)
        finally:
            self.clients.discard(client)
            listener.kill(block=False)

    def _tell(self, client: Client) -> None:
        if not self._may_stay(client):
            client.send({"type": "signed_out"})
            client.is_gone = True
            return
        self._tell_events(client)
        if self.numbers is not None and client.told_numbers is not self.numbers:
            client.told_numbers = self.numbers
            client.send(self.numbers)
        if self.samples is not None and client.told_samples is not self.samples:
            client.told_samples = self.samples
            client.send({"type": "samples", **self.samples})
        client.ping()

    def _tell_events(self, client: Client) -> None:
        while not client.is_gone:
            news = events.newer(client.since, most=EVENTS_AT_ONCE)
            for event in news:
                client.send(event)
                client.since = event["seq"]
            if len(news) < EVENTS_AT_ONCE:
                return

    def _may_stay(self, client: Client) -> bool:
        now = time.monotonic()
        if now - client.checked_at < RECHECK_SECONDS:
            return True
        client.checked_at = now
        return staff.signed_in(client.token, self.box.clock.now().at) is not None

    def watch(self, bell: Bell) -> None:
        """Wake the pages when the bell rings, and now and then anyway. Endless."""
        while True:
            rang = _wait(bell, POLL_SECONDS)
            if not self.clients:
                continue
            try:
                self.look(rang)
            except Exception as exc:  # a busy database passes; pages wait for the next
                log.warning("live: %s", exc)
            self.wake()
            gevent.sleep(0.02)  # a burst of rings is one look

    def look(self, rang: bool) -> None:
        """Take new numbers, at most once a second, and new samples."""
        since = time.monotonic() - self.numbers_at
        if since < NUMBERS_SECONDS:
            # The numbers of the last event of a burst must not wait for the poll.
            gevent.spawn_later(NUMBERS_SECONDS - since, self._look_again)
        else:
            self._count()
        found = board.samples(self.box.settings.run_dir)
        if found is not None and found != self.samples:
            self.samples = found

    def _look_again(self) -> None:
        if time.monotonic() - self.numbers_at >= NUMBERS_SECONDS * 0.9:
            self._count()
            self.wake()

    def _count(self) -> None:
        now = self.box.clock.now().at
        self.numbers = board.snapshot(now, self.box.settings["box.timezone"])
        self.numbers_at = time.monotonic()

    def wake(self) -> None:
        """Have every page told what is new."""
        for client in self.clients:
            client.woken.set()


def _wait(bell: Bell, seconds: float) -> bool:
    try:
        wait_read(bell.fileno, timeout=seconds)
    except OSError:  # TimeoutError is one
        return False
    while bell.answered():
        pass
    return True


class Handler(WebSocketHandler):
    """As gevent-websocket's, but a stranger can't hold a connection open unasked."""

    def read_requestline(self) -> str:
        with gevent.Timeout(REQUEST_SECONDS, OSError("no request came")):
            return str(super().read_requestline())

    def read_request(self, raw_requestline: str) -> Any:
        with gevent.Timeout(REQUEST_SECONDS, OSError("no whole request came")):
            return super().read_request(raw_requestline)


class LiveServer(WSGIServer):
    """The websocket server of one box, on live.host and live.port."""

    def __init__(self, box: Box) -> None:
        where = (str(box.settings["live.host"]), int(box.settings["live.port"]))
        super().__init__(
            where,
            self._answer,
            handler_class=Handler,
            spawn=Pool(MOST_CONNECTIONS),
            log=None,
            error_log=None,
        )
        self.box = box
        self.feed = Feed(box)

    def pre_start_hook(self, handler: Any) -> bool:
        """True keeps a request from becoming a websocket: it then gets its refusal."""
        handler.environ["live.refusal"] = self._refusal(handler.environ)
        return bool(handler.environ["live.refusal"])

    def _refusal(self, environ: Environ) -> str:
        if environ.get("PATH_INFO") != "/live":
            return "404 Not Found"
        if "websocket" not in str(environ.get("HTTP_UPGRADE", "")).lower():
            return "426 Upgrade Required"
        if not _is_own_origin(environ):
            return "403 Forbidden"
        now = self.box.clock.now().at
        if staff.signed_in(_token(environ), now) is None:
            return "401 Unauthorized"
        return "503 Busy" if len(self.feed.clients) >= MOST_CLIENTS else ""

    def _answer(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        socket = environ.get("wsgi.websocket")
        if socket is None:
            start(environ.get("live.refusal") or "400 Bad Request", [])
            return [b""]
        client = Client(socket, _token(environ), _since(environ))
        if self.feed.numbers is None or not self.feed.clients:
            self.feed.look(rang=True)
        self.feed.serve(client)
        return [b""]


def _is_own_origin(environ: Environ) -> bool:
    """Only our own pages may listen; their port is another, their host is the same."""
    try:
        theirs = urlsplit(str(environ.get("HTTP_ORIGIN", ""))).hostname
        ours = urlsplit("//" + str(environ.get("HTTP_HOST", ""))).hostname
    except ValueError:
        return False
    return theirs is not None and theirs == ours


def _token(environ: Environ) -> str:
    try:
        found = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _since(environ: Environ) -> int:
    text = parse_qs(str(environ.get("QUERY_STRING", ""))).get("since", ["0"])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def run(box: Box) -> None:
    """Serve until TERM or INT; prints `live listening on http://…` when it listens."""
    server = LiveServer(box)
    bell = Bell(jobs.rows.bells, "live")
    server.start()
    port_file = box.settings.run_dir / LIVE_PORT_FILE
    port_file.write_text(str(server.server_port), encoding="ascii")
    watcher = gevent.spawn(server.feed.watch, bell)
    stopped = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(name, stopped.set)
    print(f"live listening on http://{_shown(server)}", flush=True)
    stopped.wait()
    watcher.kill()
    server.stop(timeout=1)
    bell.close()
    port_file.unlink(missing_ok=True)
    store.close()


def _shown(server: LiveServer) -> str:
    host = server.server_host
    return f"{'127.0.0.1' if host == '0.0.0.0' else host}:{server.server_port}"


def main() -> None:
    """Run the live feed of the box that the environment names."""
    run(open_box())


if __name__ == "__main__":
    main()
