"""A strict pretend MoySklad: its shapes, its errors in Russian, its limits.

It takes what JSON API 1.2 takes and refuses what that refuses: no gzip asked for,
required fields missing, references to what isn't there, more calls than allowed. The
same syncId twice is one thing.
"""

from __future__ import annotations

import gzip
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.stand import Ask, Reply, Stand

# down: 503. lost: done, and no answer. shut: 401. strange: no JSON.
FAULTS = ("", "down", "lost", "shut", "strange")
ROOT = "/api/remap/1.2"
UNITS, WINDOW_SECONDS = 45, 3.0
REQUIRED = {
    "service": ("name",),
    "counterparty": ("name",),
    "demand": ("organization", "agent", "store"),
    "paymentin": ("organization", "agent"),
    "cashin": ("organization", "agent"),
}
GIVEN = ("organization", "store", "currency", "counterparty", "service", "demand",
         "paymentin", "cashin")  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One request, as the journal has it."""

    method: str
    path: str
    status: int


class PretendMoySklad(Inhabitant):
    """MoySklad on 127.0.0.1. `weight` is what a call costs of 45 units in 3 s."""

    def __init__(
        self,
        port: int = 0,
        token: str = "pretend-moysklad-token",
        weight: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token, self.weight, self.fault = token, weight, ""
        self.slow_seconds = 0.0
        self.refuse_names: set[str] = set()
        self.journal: list[Said] = []
        self.things: dict[str, dict[str, dict[str, Any]]] = {k: {} for k in GIVEN}
        self._by_sync: dict[tuple[str, str], str] = {}
        self._recent: list[float] = []
        self._clock, self._lock = clock, threading.Lock()
        self._numbers = itertools.count(1)
        for kind, name in (
            ("organization", "Kona"),
            ("store", "Main"),
            ("currency", "KES"),
        ):
            self._add(kind, {"name": name})
        self._stand = Stand(self._answer, port)

    @property
    def base_url(self) -> str:
        """What moysklad.base_url is to be."""
        return self._stand.base_url + ROOT

    def start(self) -> Self:
        """Begin to answer."""
        self._stand.start()
        return self

    def stop(self) -> None:
        """Stop answering."""
        self._stand.stop()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The things of one kind, in the order they were made."""
        return list(self.things[kind].values())

    def takings_cents(self) -> int:
        """All money that came in, by both ways."""
        both = (*self.of("paymentin"), *self.of("cashin"))
        return sum(int(one["sum"]) for one in both)

    # -- answering -----------------------------------------------------------------

    def _answer(self, ask: Ask) -> Reply:
        time.sleep(self.slow_seconds)
        with self._lock:
            reply = self._judge(ask)
            self.journal.append(Said(ask.method, ask.path, reply.status))
        if self.fault == "lost":
            return Reply(drop=True)
        return reply

    def _judge(self, ask: Ask) -> Reply:
        if self.fault == "down":
            return Reply(503, b"<html>Service Unavailable</html>", "text/html")
        if self.fault == "strange":
            return Reply(200, b"<html>proxy</html>", "text/html")
        if "gzip" not in ask.headers.get("accept-encoding", ""):
            return Reply(415, b"")
        given = ask.headers.get("authorization")
        if self.fault == "shut" or given != f"Bearer {self.token}":
            return _wrong(401, 1056, "Ошибка аутентификации: Неправильный токен")
        if (left_ms := self._too_many()) > 0:
            return _wrong(429, 1049, "Превышено ограничение", **_limits(left_ms))
        if not ask.path.startswith(ROOT + "/"):
            return _wrong(404, 1005, "Неизвестный путь")
        return self._serve(ask, ask.path.removeprefix(ROOT + "/").split("/"))

    def _too_many(self) -> float:
        now = self._clock()
        self._recent = [at for at in self._recent if now - at < WINDOW_SECONDS]
        if (len(self._recent) + 1) * self.weight > UNITS:
            first = self._recent[0] if self._recent else now
            return (first + WINDOW_SECONDS - now) * 1000
        self._recent.append(now)
        return 0.0

    def _serve(self, ask: Ask, parts: list[str]) -> Reply:
        if ask.method == "GET":
            if parts == ["context", "companysettings", "pricetype"]:
                return _good([{"id": "00000000-0000-0000-0000-0000000000aa"}])
            if parts[0] == "entity" and len(parts) == 2 and parts[1] in self.things:
                return _good({"rows": self._filtered(parts[1], ask)})
            return _wrong(404, 1005, "Неизвестный путь")
        if ask.headers.get("content-type", "") != "application/json":
            return _wrong(400, 1062, "Неверное значение заголовка 'Content-Type'")
        told = ask.json()
        if not isinstance(told, dict) or parts[0] != "entity":
            return _wrong(400, 2016, "Ожидался JSON")
        if ask.method == "POST" and len(parts) == 2 and parts[1] in REQUIRED:
            return self._create(parts[1], told)
        if ask.method == "PUT" and len(parts) == 3:
            return self._change(parts[1], parts[2], told)
        return _wrong(405, 1005, "Метод не поддерживается")

    def _filtered(self, kind: str, ask: Ask) -> list[dict[str, Any]]:
        wanted = ask.query.get("filter", "").removeprefix("name=")
        return [one for one in self.of(kind) if not wanted or one["name"] == wanted]

    def _create(self, kind: str, told: dict[str, Any]) -> Reply:
        sync_id = str(told.get("syncId", ""))
        if sync_id and (kind, sync_id) in self._by_sync:
            return _good(self.things[kind][self._by_sync[kind, sync_id]])
        for name in REQUIRED[kind]:
            if not told.get(name):
                return _missing(name)
        if told.get("name") in self.refuse_names:
            return _wrong(412, 3006, "Нарушена уникальность параметра 'name'")
        if (lost := self._dangling(told)) is not None:
            return _wrong(400, 1021, f"Объект не найден: {lost}")
        return _good(self._add(kind, told))

    def _change(self, kind: str, its_id: str, told: dict[str, Any]) -> Reply:
        thing = self.things.get(kind, {}).get(its_id)
        if thing is None:
            return _wrong(404, 1021, "Объект не найден")
        if told.get("name") in self.refuse_names:
            return _wrong(412, 3006, "Нарушена уникальность параметра 'name'")
        thing.update(told)
        return _good(thing)

    def _dangling(self, told: Any) -> str | None:
        """The first reference to an entity that isn't there."""
        if isinstance(told, list):
            return next(filter(None, map(self._dangling, told)), None)
        if not isinstance(told, dict):
            return None
        meta = told.get("meta")
        if isinstance(meta, dict) and "/entity/" in str(meta.get("href")):
            kind, its_id = str(meta["href"]).split("/entity/")[1].split("/")[:2]
            if its_id not in self.things.get(kind, {}):
                return f"{kind}/{its_id}"
        return next(filter(None, map(self._dangling, told.values())), None)

    def _add(self, kind: str, told: dict[str, Any]) -> dict[str, Any]:
        thing = {**told, "id": str(uuid.UUID(int=next(self._numbers)))}
        self.things[kind][thing["id"]] = thing
        if told.get("syncId"):
            self._by_sync[kind, str(told["syncId"])] = thing["id"]
        return thing


def _good(told: object) -> Reply:
    body = gzip.compress(json.dumps(told).encode())
    return Reply(200, body, headers={"Content-Encoding": "gzip"})


def _missing(name: str) -> Reply:
    says = f"Ошибка сохранения объекта: поле '{name}' не может быть пустым"
    return _wrong(400, 3000, says, parameter=name)


def _wrong(status: int, code: int, says: str, **more: str) -> Reply:
    headers = {k: v for k, v in more.items() if k.startswith("X-")}
    told = {"error": says, "code": code}
    told |= {k: v for k, v in more.items() if not k.startswith("X-")}
    body = json.dumps({"errors": [told]}, ensure_ascii=False).encode()
    return Reply(status, body, headers=headers)


def _limits(left_ms: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(UNITS),
        "X-RateLimit-Remaining": "0",
        "X-Lognex-Retry-TimeInterval": str(int(WINDOW_SECONDS * 1000)),
        "X-Lognex-Retry-After": str(int(left_ms) + 1),
    }
