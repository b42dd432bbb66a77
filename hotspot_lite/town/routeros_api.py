"""One API conversation with the pretend router: login, commands, tags, traps.

Knows the order of sentences; what the menus hold is known in `routeros_table`.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hotspot_lite.town.faults import Faults
from hotspot_lite.town.routeros_query import matches
from hotspot_lite.town.routeros_table import Row, project
from hotspot_lite.town.routeros_values import Trap
from hotspot_lite.town.routeros_wire import (
    BadFraming,
    Closed,
    SentenceReader,
    encode_sentence,
)

FOLLOW_SECONDS = 1.0
"""How often a command that never ends gives a row."""


@dataclass
class Command:
    """One sentence from a client, taken apart."""

    path: str
    words: dict[str, str] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    tag: str | None = None

    @property
    def verb(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def menu(self) -> str:
        """The path without the verb."""
        return self.path.rpartition("/")[0]


@dataclass
class Answer:
    """Rows, and what !done carries; `follow` makes more rows until cancelled."""

    rows: list[Row] = field(default_factory=list)
    ret: str | None = None
    is_list: bool = False
    follow: Callable[[], list[Row]] | None = None


class Kernel(Protocol):
    """What a conversation needs of the router."""

    faults: Faults
    version: tuple[int, ...]

    def check_user(self, name: str, proves: Callable[[str], bool]) -> bool:
        """Say whether the named user exists and its password proves right."""

    def run(self, user: str, command: Command) -> Answer:
        """Carry a command out; raises Trap."""


class Fatal(Exception):
    """The router says its last word and closes."""


def read_command(sentence: list[str]) -> Command:
    """Take a sentence's words apart; a word of no kind raises Trap."""
    command = Command(sentence[0])
    for word in sentence[1:]:
        if word.startswith("="):
            name, _, value = word[1:].partition("=")
            command.words[name] = value
        elif word.startswith("?"):
            command.queries.append(word)
        elif word.startswith(".tag="):
            command.tag = word[5:]
        else:
            raise Trap(f"unknown parameter {word}")
    return command


def select_rows(rows: Iterable[Row], command: Command) -> Answer:
    """Apply queries, .proplist and count-only to a menu's rows."""
    found = [row for row in rows if matches(row, command.queries)]
    if "count-only" in command.words:
        return Answer(ret=str(len(found)))
    proplist = command.words.get(".proplist", command.words.get("proplist"))
    return Answer(project(found, proplist), is_list=True)


class Conversation:
    """Talks with one client until it goes, or until the router has had enough."""

    def __init__(self, kernel: Kernel, sock: socket.socket) -> None:
        self._kernel = kernel
        self._sock = sock
        self._reader = SentenceReader(sock)
        self._user = ""
        self._challenge = b""
        self._bad_logins = 0
        self._following: dict[str | None, Callable[[], list[Row]]] = {}

    def run(self) -> None:
        """Answer sentence after sentence; returns when the connection is over."""
        try:
            while True:
                self._step()
        except Fatal as fatal:
            self._send_last(str(fatal))
        except (Closed, BadFraming, OSError):
            pass
        finally:
            self._sock.close()

    def _step(self) -> None:
        wait_seconds = FOLLOW_SECONDS if self._following else None
        if not self._reader.is_due(wait_seconds):
            for tag, rows in self._following.items():
                self._send(*(_row_words(row, tag) for row in rows()))
            return
        sentence = self._reader.sentence()
        if sentence:
            self._answer(sentence)

    def _answer(self, sentence: list[str]) -> None:
        tag = next((word[5:] for word in sentence if word.startswith(".tag=")), None)
        try:
            command = read_command(sentence)
            self._dispatch(command)
        except Trap as trap:
            self._send(_trap_words(trap, tag), _with_tag(["!done"], tag))

    def _dispatch(self, command: Command) -> None:
        if command.path == "/login":
            self._log_in(command)
        elif not self._user:
            raise Fatal("not logged in")
        elif command.path == "/quit":
            raise Fatal("session terminated on request")
        elif command.path == "/cancel":
            self._cancel(command)
        else:
            self._reply(command, self._kernel.run(self._user, command))

    def _reply(self, command: Command, answer: Answer) -> None:
        if answer.follow is not None:
            self._following[command.tag] = answer.follow
            self._send(*(_row_words(row, command.tag) for row in answer.follow()))
            return
        sentences = [_row_words(row, command.tag) for row in answer.rows]
        if answer.is_list and not answer.rows and self._kernel.version >= (7, 18):
            sentences.append(_with_tag(["!empty"], command.tag))
        done = ["!done"] if answer.ret is None else ["!done", f"=ret={answer.ret}"]
        self._send(*sentences, _with_tag(done, command.tag))

    def _cancel(self, command: Command) -> None:
        wanted = command.words.get("tag")
        for tag in [tag for tag in self._following if wanted in (None, tag)]:
            del self._following[tag]
            interrupted = _trap_words(Trap("interrupted", 2), tag)
            self._send(interrupted, _with_tag(["!done"], tag))
        self._send(_with_tag(["!done"], command.tag))

    def _log_in(self, command: Command) -> None:
        words = command.words
        if "response" in words:
            self._take_response(command)
        elif self._kernel.version < (6, 43) or "name" not in words:
            # An old router doesn't read name and password here: so a new client
            # believes itself logged in.
            self._challenge = secrets.token_bytes(16)
            done = ["!done", f"=ret={self._challenge.hex()}"]
            self._send(_with_tag(done, command.tag))
        else:
            given = words.get("password", "")
            self._judge(command, "invalid user name or password (6)", given.__eq__)

    def _take_response(self, command: Command) -> None:
        challenge, self._challenge = self._challenge, b""
        given = command.words["response"]
        self._judge(
            command,
            "cannot log in",
            lambda password: bool(challenge) and given == respond(password, challenge),
        )

    def _judge(
        self, command: Command, says: str, proves: Callable[[str], bool]
    ) -> None:
        name = command.words.get("name", "")
        if self._kernel.check_user(name, proves):
            self._user = name
            self._send(_with_tag(["!done"], command.tag))
            return
        self._bad_logins += 1
        if self._bad_logins > 4 and self._kernel.version < (7,):
            raise Fatal("too many commands before login")
        raise Trap(says)

    def _send(self, *sentences: list[str]) -> None:
        # One write for the whole answer: two small ones would cost 40 ms.
        raw = b"".join(encode_sentence(words) for words in sentences)
        self._kernel.faults.send(self._sock, raw)

    def _send_last(self, reason: str) -> None:
        with contextlib.suppress(OSError):
            self._send(["!fatal", reason])


def respond(password: str, challenge: bytes) -> str:
    """The answer to a login challenge before 6.43 (the manual's vector holds)."""
    digest = hashlib.md5(b"\x00" + password.encode() + challenge)
    return "00" + digest.hexdigest()


def _row_words(row: Mapping[str, str], tag: str | None) -> list[str]:
    words = ["!re", *(f"={name}={value}" for name, value in row.items())]
    return _with_tag(words, tag)


def _trap_words(trap: Trap, tag: str | None) -> list[str]:
    words = ["!trap"]
    if trap.category is not None:
        words.append(f"=category={trap.category}")
    return _with_tag([*words, f"=message={trap.message}"], tag)


def _with_tag(words: list[str], tag: str | None) -> list[str]:
    return words if tag is None else [*words, f".tag={tag}"]
