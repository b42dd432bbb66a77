"""The owner's programs hear of every event, once it is taken, in order and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.models import Audit, Webhook
from hotspot_lite.trade.office import hooks


class Listener:
    """Somebody's program: takes what comes, unless told to answer otherwise."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/in"

    def seqs(self) -> list[int]:
        return [int(headers["X-Hotspot-Delivery"]) for headers, _ in self.heard]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hook(box: Box, listener: Listener) -> Webhook:
    happen("before", 1)
    return hooks.add(listener.url, [], "jane", journey.here.now())


def happen(kind: str, count: int = 1) -> None:
    for number in range(count):
        events.announce(kind, {"says": f"number {number}"}, journey.here.now())


def work(most: int = 9) -> int:
    """Run the jobs that wait, whenever they are due; how many there were."""
    journey.look_for_hooks()
    count = 0
    for name, args in sight.waiting_jobs(rows):
        if name == "default.call_hook" and count < most:
            journey.call_hook(**args)
            count += 1
    return count


def again(hook: Webhook) -> Webhook:
    return Webhook.get_by_id(hook.id)


def test_what_happens_from_then_on_is_told_in_order(
    hook: Webhook, listener: Listener
) -> None:
    assert hooks.put_due() == 0
    happen("payment_processed", 3)
    assert work() == 1
    told = [json.loads(body) for _, body in listener.heard]
    assert [one["says"] for one in told] == ["number 0", "number 1", "number 2"]
    assert listener.seqs() == sorted(listener.seqs())
    assert hooks.put_due() == 0
    assert again(hook).told_at is not None


def test_a_program_can_check_who_calls(hook: Webhook, listener: Listener) -> None:
    happen("payment_processed")
    work()
    headers, body = listener.heard[0]
    at, signature = headers["X-Hotspot-Signature"].split(",")
    told = at[2:].encode() + b"." + body
    right = hmac.new(hook.secret.encode(), told, hashlib.sha256).hexdigest()
    assert signature == f"v1={right}"
    assert headers["X-Hotspot-Event"] == "payment_processed"
    assert hook.secret not in str(headers) + body.decode()


def test_what_was_not_taken_comes_again_and_the_others_wait(
    hook: Webhook, listener: Listener
) -> None:
    happen("payment_processed", 2)
    listener.status = 500
    work()
    assert len(listener.heard) == 1
    assert again(hook).says == "It answered 500."
    assert again(hook).tries == 1
    listener.status = 200
    journey.call_hook(hook_id=hook.id)
    first = listener.seqs()[0]
    assert listener.seqs() == [first, first, first + 1]
    assert (again(hook).tries, again(hook).failing_since) == (0, None)


def test_nobody_is_asked_every_three_seconds_while_it_fails(
    hook: Webhook, listener: Listener
) -> None:
    happen("payment_processed")
    listener.status = 503
    work()
    assert hooks.put_due() == 0
    assert len([n for n, _ in sight.waiting_jobs(rows) if n.endswith("call_hook")]) == 1


def test_after_a_day_of_silence_it_pauses_and_the_owner_is_told(
    hook: Webhook, listener: Listener, clock
) -> None:
    happen("payment_processed")
    listener.status = 404
    work()
    clock.shift += hooks.PAUSE_AFTER_SECONDS + 1
    journey.call_hook(hook_id=hook.id)
    assert again(hook).is_paused
    assert [one.name for one in conditions.wrong()] == [hooks.CONDITION]
    heard = len(listener.heard)
    journey.call_hook(hook_id=hook.id)
    assert hooks.put_due() == 0 and len(listener.heard) == heard
    listener.status = 200
    assert hooks.resume(hook.id, "jane", journey.here.now())
    journey.call_hook(hook_id=hook.id)
    assert len(listener.heard) > heard
    assert not conditions.wrong()


def test_a_program_hears_only_what_it_wants(box: Box, listener: Listener) -> None:
    made = hooks.add(listener.url, ["payment_failed"], "jane", journey.here.now())
    happen("payment_processed", 3)
    happen("payment_failed", 1)
    happen("user_provisioned", 2)
    for _ in range(3):
        work()
    kinds = [headers["X-Hotspot-Event"] for headers, _ in listener.heard]
    assert kinds == ["payment_failed"]
    assert hooks.waiting(again(made)) == []


def test_a_program_that_is_gone_says_so_without_a_traceback(
    hook: Webhook, listener: Listener
) -> None:
    listener.server.shutdown()
    listener.server.server_close()
    happen("payment_processed")
    work()
    assert again(hook).says


@pytest.mark.parametrize(
    "url",
    ["ftp://a.b/c", "http://", "javascript:x", "http://u:p@a.b/", "http://[", "/in"]
    + [
        "http://a.b/ c",
        "http://a.b:99999/",
        "http://\u00e9.b/",
        "http://a/" + "x" * 500,
    ],
)
def test_what_can_not_be_called_is_refused(box: Box, url: str) -> None:
    with pytest.raises(BadInput, match="no address"):
        hooks.add(url, [], "jane", 1)
    assert not Webhook.select().exists()


def test_the_audit_log_holds_no_path_and_no_secret(hook: Webhook) -> None:
    hooks.remove(hook.id, "jane", journey.here.now())
    told = [
        one.detail for one in Audit.select().where(Audit.what.startswith("webhook"))
    ]
    assert told == ["127.0.0.1", "127.0.0.1"]
