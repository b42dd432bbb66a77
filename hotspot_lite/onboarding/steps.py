"""One change to a router: what it writes, why, and what would take it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hotspot_lite.onboarding.seen import Row

SECRETS = frozenset(("secret", "password"))
STARS = "*****"
# What a value is before anybody set it, where empty would be refused.
NOTHING = {"src-address": "0.0.0.0", "dhcp-option": ""}
_SPANS = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_LISTS = frozenset(("login-by", "service", "policy", "dhcp-option"))


@dataclass(frozen=True)
class Step:
    """One command. `verb` is add, set or fetch (a file from the box to the router).

    `row_id` is the row to set ("" in a menu without rows), `before` what it was; `key`
    names the words by which an added row is found again. After a risky one the box
    must still be able to sign in. A fetched file of `size_bytes`, with `before`, takes
    another's place. `found_by` finds a set row without its id, which a reboot changes.
    """

    menu: str
    verb: str
    words: Mapping[str, str] = field(repr=False)
    why: str
    row_id: str = ""
    before: Mapping[str, str] = field(default_factory=dict, repr=False)
    key: tuple[str, ...] = ()
    is_risky: bool = False
    size_bytes: int = 0
    found_by: Mapping[str, str] = field(default_factory=dict)

    def line(self, shows_secrets: bool = False) -> str:
        """The command as RouterOS's terminal takes it; secrets are stars."""
        words = {
            name: STARS if name in SECRETS and not shows_secrets else value
            for name, value in self.words.items()
        }
        chosen = f" {self.row_id}" if self.row_id else ""
        return f"{spaced(self.menu)} {self.verb}{chosen} {said(words)}"

    def undo_words(self) -> dict[str, str]:
        """What a set row was before; a secret that couldn't be seen stays new."""
        return {
            name: value
            for name, value in self.before.items()
            if not (name in SECRETS and not value.strip("*"))
        }

    def undo_line(self) -> str:
        """A script's line that takes it back, whether it was done or not."""
        if self.verb == "fetch":
            name = quoted(self.words["dst-path"])
            return "" if self.before else f"/file remove [find name={name}]"
        menu = spaced(self.menu)
        if self.verb == "add":
            wanted = said({name: self.words[name] for name in self.key})
            return f"{menu} remove [find {wanted}]"
        return f"{menu} set{self._chosen()} {said(self.undo_words())}"

    def _chosen(self) -> str:
        if not self.row_id:
            return ""
        return f" [find {said(self.found_by)}]" if self.found_by else f" {self.row_id}"


def spaced(menu: str) -> str:
    """A menu as 6 and 7 both take it: /ip hotspot user."""
    return "/" + menu.strip("/").replace("/", " ")


def change(
    menu: str, row: Row, words: Mapping[str, str], why: str, is_risky: bool = False
) -> Step | None:
    """The step that makes a row so; None where it is so already."""
    differing = {
        name: value
        for name, value in words.items()
        if not same(name, value, row.get(name, ""))
    }
    if not differing:
        return None
    before = {name: row.get(name, NOTHING.get(name, "")) for name in differing}
    return Step(
        menu,
        "set",
        differing,
        why,
        row.get(".id", ""),
        before,
        is_risky=is_risky,
        found_by=_found_by(row, words),
    )


def _found_by(row: Row, words: Mapping[str, str]) -> dict[str, str]:
    """What the changed row will still be known by: a name, our comment, an address."""
    after = {**row, **words}
    for name in ("name", "comment", "address"):
        if after.get(name):
            return {name: after[name]}
    return {}


def same(name: str, wanted: str, found: str) -> bool:
    """Whether two values mean the same to the router."""
    if name in _LISTS:
        return set(wanted.split(",")) == _granted(found)
    return _plain(wanted) == _plain(found)


def _granted(found: str) -> set[str]:
    """The members of a list; a policy lists what is denied too, with a "!"."""
    return {part for part in found.split(",") if not part.startswith("!")}


def _plain(value: str) -> str:
    known = {"yes": "true", "no": "false", "0.0.0.0": "", "none": ""}
    if value in known:
        return known[value]
    value = value.removesuffix("/32")
    spans = _SPANS.fullmatch(value)
    if value and spans:
        sizes = (604800, 86400, 3600, 60, 1)
        counts = (int(part or 0) for part in spans.groups())
        return str(sum(c * s for c, s in zip(counts, sizes, strict=True)))
    return value


def said(words: Mapping[str, str]) -> str:
    """Words as the terminal takes them: name=value, in quotes where they must be."""
    return " ".join(f"{name}={quoted(value)}" for name, value in words.items())


def quoted(value: str) -> str:
    """A value in a RouterOS script: what could end it or be a variable is escaped."""
    if re.fullmatch(r"[A-Za-z0-9_./:*!,-]+", value):
        return value
    escaped = re.sub(r'(["\\$?])', r"\\\1", value)
    return f'"{escaped}"'
