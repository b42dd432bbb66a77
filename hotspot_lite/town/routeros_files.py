"""The pretend router's flash: files, its backup and export, and what it fetches.

The refusals' words aren't established on hardware, but for /tool/fetch's "failure:".
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Protocol

from hotspot_lite.town.routeros_api import Answer, Command
from hotspot_lite.town.routeros_table import Row, Table, Tables
from hotspot_lite.town.routeros_values import Trap

FETCH_SECONDS = 5
BACKUP_BYTES = 40_000
NEEDED: Mapping[str, frozenset[str]] = {
    "/tool/fetch": frozenset(("ftp", "test")),
    "/system/backup/save": frozenset(("ftp", "policy", "sensitive")),
    "/export": frozenset(("ftp", "read")),
}
"""The rights beside those of the verb (MikroTik's manual: user policies)."""

FETCH_WORDS = frozenset(
    ("url", "dst-path", "mode", "output", "keep-result", "check-certificate")
    + ("http-method", "http-data", "user", "password", "duration", "src-path")
)


class Flash(Protocol):
    """What the files need of the router."""

    tables: Tables
    free_flash_bytes: int


class Files:
    """Commands that make files on one router."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash
        self.commands: Mapping[str, Callable[[Command], Answer]] = {
            "/tool/fetch": self.fetch,
            "/system/backup/save": self.save,
            "/export": self.export,
        }

    def fetch(self, command: Command) -> Answer:
        """Get a file over HTTP, as the router's own client; raises Trap."""
        words = command.words
        _refuse_unknown(words, FETCH_WORDS)
        url = words.get("url", "")
        body = _fetched(url)
        self._put(words.get("dst-path") or url.rpartition("/")[2], body)
        told = {"downloaded": str(len(body) // 1024), "total": "0", "duration": "1s"}
        return Answer([{"status": "finished", **told}])

    def save(self, command: Command) -> Answer:
        """Write a backup; an encrypted one wants a password."""
        _refuse_unknown(
            command.words, frozenset(("name", "password", "encryption", "dont-encrypt"))
        )
        name = command.words.get("name") or "MikroTik"
        self._put(f"{name}.backup", b"\x88" * BACKUP_BYTES)
        return Answer()

    def export(self, command: Command) -> Answer:
        """Write every menu's rows as a script; secrets only where they may be."""
        known = frozenset(("file", "hide-sensitive", "show-sensitive", "terse"))
        _refuse_unknown(command.words, known | {"compact", "verbose"})
        lines = [
            line
            for path, table in sorted(self._flash.tables.items())
            for line in _exported(path, table)
        ]
        self._put(f"{command.words.get('file', 'export')}.rsc", _joined(lines))
        return Answer()

    def _put(self, name: str, body: bytes) -> None:
        table = self._flash.tables["/file"]
        old = table.find(name=name)
        grows = len(body) - (int(old["size"]) if old else 0)
        if grows > self._flash.free_flash_bytes:
            raise Trap("failure: disk is full")
        self._flash.free_flash_bytes -= grows
        row: Row = table.append(name=name) if old is None else old
        kind = "." + name.rpartition(".")[2] + " file"
        text = body.decode("utf-8", "replace")
        row |= {"type": kind, "size": str(len(body)), "contents": text}


def _fetched(url: str) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise Trap("failure: unsupported url")
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as exc:
        raise Trap(f"failure: Status {exc.code}") from None
    except OSError:
        raise Trap("failure: connection refused") from None


def _exported(path: str, table: Table) -> list[str]:
    hidden = table.spec.hidden | table.spec.sensitive | {"contents"}
    if "set" not in table.spec.verbs or path == "/file":
        return []
    told = " ".join(path.strip("/").split("/"))
    return [
        f"/{told} add " + " ".join(f"{n}={v}" for n, v in r.items() if n not in hidden)
        for r in table.rows
    ]


def _joined(lines: list[str]) -> bytes:
    return "\r\n".join([*lines, ""]).encode("utf-8", "surrogateescape")


def _refuse_unknown(words: Mapping[str, str], known: frozenset[str]) -> None:
    for name in words:
        if name not in known:
            raise Trap(f"unknown parameter {name}")
