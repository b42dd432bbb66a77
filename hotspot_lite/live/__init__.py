"""The live feed: sends admin pages the events and numbers as they come, by websocket.

Reads the database and never writes to it. Runs on gevent in a process of its own;
nothing else in the house depends on that.
"""

from __future__ import annotations

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
from geventwebsocket.handler import WebSocketHandler

from hotspot_lite import jobs, samples, store, watchdog
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box, open_box
from hotspot_lite.live.client import Client
from hotspot_lite.trade.house import events
from hotspot_lite.trade.people import staff
from hotspot_lite.web import board
from hotspot_lite.web.admin import queue_board
from hotspot_lite.web.board import COOKIE, LIVE_PORT_FILE

log = logging.getLogger(__name__)
MOST_CLIENTS = 50
# Connections that are not let in yet, or never will be, need room too.
MOST_CONNECTIONS = 200
REQUEST_SECONDS = 5
RECHECK_SECONDS = 60
# A lost ring costs no more than this; pages also take it as a sign of life.
POLL_SECONDS = 5.0
NUMBERS_SECONDS = 1.0
QUEUE_SECONDS = 2.0
EVENTS_AT_ONCE = 200

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Feed:
    """What is told to every page, and the pages that listen."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.clients: set[Client] = set()
        self.numbers: dict[str, Any] | None = None
        self.samples: dict[str, Any] | None = None
        self.queue: dict[str, Any] | None = None
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
        if client.sees_queue:
            self._tell_queue(client)
        else:
            self._tell_first_screen(client)
        client.ping()

    def _tell_queue(self, client: Client) -> None:
        if self.queue is not None and client.told_queue is not self.queue:
            client.told_queue = self.queue
            client.send(self.queue)

    def _tell_first_screen(self, client: Client) -> None:
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
        return _may_look(client.token, self.box.clock.now().at)

    def watch(self, bell: Bell) -> None:
        """Wake the pages when the bell rings, and now and then anyway. Endless."""
        while True:
            rang = _wait(bell, POLL_SECONDS)
            if not self.clients:
                continue
            self.box.mark_watched()
            try:
                self.look(rang)
            except Exception as exc:  # a busy database passes; pages wait for the next
                log.warning("live: %s", exc)
            self.wake()
            gevent.sleep(0.02)  # a burst of rings is one look

    def watch_queue(self) -> None:
        """Look into the queue as long as somebody sees it. Endless.

        It has no bell for what runs: a job of a few milliseconds is nobody's news.
        """
        while True:
            gevent.sleep(QUEUE_SECONDS)
            try:
                self.look_into_queue()
            except Exception as exc:  # a busy database passes
                log.warning("live: %s", exc)

    def look_into_queue(self) -> None:
        """Take the queue as it is now, for the pages that show it."""
        seers = [client for client in self.clients if client.sees_queue]
        if seers:
            self.queue = queue_board.snapshot(self.box.clock.now().at)
        for client in seers:
            client.woken.set()

    def look(self, rang: bool) -> None:
        """Take new numbers, at most once a second, and new samples."""
        since = time.monotonic() - self.numbers_at
        if since < NUMBERS_SECONDS:
            # The numbers of the last event of a burst must not wait for the poll.
            gevent.spawn_later(NUMBERS_SECONDS - since, self._look_again)
        else:
            self._count()
        found = samples.newest(self.box.settings.run_dir, "samples")
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
        if not _may_look(_token(environ), now):
            return "401 Unauthorized"
        return "503 Busy" if len(self.feed.clients) >= MOST_CLIENTS else ""

    def _answer(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        socket = environ.get("wsgi.websocket")
        if socket is None:
            start(environ.get("live.refusal") or "400 Bad Request", [])
            return [b""]
        sees_queue = _asked(environ, "view") == "queue"
        client = Client(socket, _token(environ), _since(environ), sees_queue)
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


def _may_look(token: str, now: int) -> bool:
    """Whether it is the session of who works for the house: agents see no feed."""
    person = staff.signed_in(token, now)
    return person is not None and person.may(*staff.HOUSE)


def _token(environ: Environ) -> str:
    try:
        found = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _since(environ: Environ) -> int:
    text = _asked(environ, "since")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _asked(environ: Environ, name: str) -> str:
    return parse_qs(str(environ.get("QUERY_STRING", ""))).get(name, [""])[0]


def run(box: Box) -> None:
    """Serve until TERM or INT; prints `live listening on http://…` when it listens."""
    server = LiveServer(box)
    bell = Bell(jobs.rows.bells, "live")
    server.start()
    port_file = box.settings.run_dir / LIVE_PORT_FILE
    port_file.write_text(str(server.server_port), encoding="ascii")
    watchers = [
        gevent.spawn(server.feed.watch, bell),
        gevent.spawn(server.feed.watch_queue),
    ]
    stopped = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(name, stopped.set)
    here = f"http://{_shown(server)}"
    print(f"live listening on {here}", flush=True)
    # In a thread of its own: its question is answered only while our loop turns.
    watchdog.feed(lambda: watchdog.answers(f"{here}/"))
    stopped.wait()
    gevent.killall(watchers)
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
