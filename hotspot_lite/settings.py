"""Every setting of the box, declared once: name, kind, default, help, check.

From this one list come the reading of environment and file, the commented
config.toml, the settings page, the README's table and the errors.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hotspot_lite.errors import BadInput

CONFIG_FILE = Path("/etc/hotspot-lite/config.toml")
# Variables of ours that are not settings: where the file is, which lanes a
# consumer serves.
NOT_SETTINGS = frozenset({"HOTSPOT_CONFIG", "HOTSPOT_LANES"})

Value = str | int | bool
Check = Callable[[str], Value]


def text(raw: str) -> str:
    """Any line of text."""
    if "\n" in raw or "\r" in raw:
        raise ValueError("one line of text")
    return raw.strip()


def port(raw: str) -> int:
    """A port number; 0 lets the system choose one."""
    if not raw.isascii() or not raw.isdigit() or int(raw) > 65535:
        raise ValueError("a port: a whole number from 0 to 65535")
    return int(raw)


def flag(raw: str) -> bool:
    """yes or no."""
    words = {"yes": True, "true": True, "no": False, "false": False}
    if raw.lower() not in words:
        raise ValueError("yes or no")
    return words[raw.lower()]


def url(raw: str) -> str:
    """An http or https address without a slash at the end, or nothing."""
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("an address that begins with https:// (or http://)")
    return raw.rstrip("/")


def folder(raw: str) -> str:
    """An absolute folder."""
    if not raw.startswith("/"):
        raise ValueError("a folder that begins with /")
    return raw.rstrip("/") or "/"


def timezone(raw: str) -> str:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(raw).key
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone such as Africa/Nairobi") from None


def seconds(raw: str) -> int:
    """A whole number of seconds, at least one."""
    if not raw.isascii() or not raw.isdigit() or int(raw) < 1:
        raise ValueError("a whole number of seconds, 1 or more")
    return int(raw)


def matching(pattern: str, says: str) -> Check:
    """A check that the whole text fits `pattern`; nothing at all fits too."""

    def check(raw: str) -> str:
        if raw and not re.fullmatch(pattern, raw):
            raise ValueError(says)
        return raw

    return check


def one_of(*words: str) -> Check:
    """A check that the text is one of `words`."""

    def check(raw: str) -> str:
        if raw not in words:
            near = difflib.get_close_matches(raw, words, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ValueError(f"one of {', '.join(words)}{hint}")
        return raw

    return check


@dataclass(frozen=True)
class Setting:
    """One setting: `name` is section.name; `secret` ones are never shown."""

    name: str
    default: Value
    help: str
    check: Check = text
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "HOTSPOT_" + self.name.replace(".", "_").upper()


DECLARED: tuple[Setting, ...] = (
    Setting("box.name", "My WiFi", "The name customers see."),
    Setting(
        "box.data_dir",
        "/var/lib/hotspot-lite",
        "What must survive a power cut: the database, the spool of FreeRADIUS.",
        folder,
    ),
    Setting(
        "box.run_dir",
        "/run/hotspot-lite",
        "What must not wear the card: live samples, bells. A tmpfs.",
        folder,
    ),
    Setting(
        "box.timezone",
        "Africa/Nairobi",
        "Where the place is: its days end at this zone's midnight.",
        timezone,
    ),
    Setting(
        "box.currency",
        "KES",
        "The currency of prices, three letters.",
        matching("[A-Z]{3}", "three capital letters such as KES"),
    ),
    Setting(
        "box.language",
        "en",
        "The portal's language until a customer chooses: en or sw.",
        one_of("en", "sw"),
    ),
    Setting(
        "box.clock",
        "auto",
        "auto: believe the clock once it is synchronised or the router or M-Pesa"
        " agree. trusted: somebody else keeps it right (a VM's host).",
        one_of("auto", "trusted"),
    ),
    Setting("web.host", "0.0.0.0", "The address the portal listens on."),
    Setting("web.port", 80, "The port the portal listens on.", port),
    Setting(
        "web.public_url",
        "",
        "How customers' browsers reach the portal, e.g. http://10.5.50.2;"
        " empty: as the request says.",
        url,
    ),
    Setting("live.host", "0.0.0.0", "The address of the live page's websocket."),
    Setting("live.port", 8081, "The port of the live page's websocket.", port),
    Setting(
        "mpesa.environment",
        "sandbox",
        "sandbox or production: which of Safaricom's servers to use.",
        one_of("sandbox", "production"),
    ),
    Setting(
        "mpesa.base_url",
        "",
        "Another Daraja server, for tests; empty: by mpesa.environment.",
        url,
    ),
    Setting("mpesa.consumer_key", "", "From the Daraja portal.", secret=True),
    Setting("mpesa.consumer_secret", "", "From the Daraja portal.", secret=True),
    Setting("mpesa.passkey", "", "The Lipa na M-Pesa passkey.", secret=True),
    Setting(
        "mpesa.shortcode",
        "",
        "PayBill number; for a till, the store number that has the passkey.",
        matching("[0-9]{5,10}", "5 to 10 digits"),
    ),
    Setting(
        "mpesa.till",
        "",
        "Till number, if customers buy goods from a till; empty: PayBill.",
        matching("[0-9]{5,10}", "5 to 10 digits"),
    ),
    Setting(
        "mpesa.callback_url",
        "",
        "Public https address that reaches this box; /cb/<token> is added to it.",
        url,
    ),
    Setting("router.host", "", "The MikroTik router's address."),
    Setting("router.port", 8728, "Its API port: 8728, or 8729 with TLS.", port),
    Setting("router.tls", False, "Speak TLS to it (api-ssl).", flag),
    Setting("router.ca_file", "", "The router's own CA certificate, for TLS."),
    Setting("router.username", "hotspot-lite", "The API user."),
    Setting("router.password", "", "The API user's password.", secret=True),
    Setting(
        "router.login_host",
        "",
        "The hotspot's own dns-name or address, where its login page is; empty:"
        " router.host.",
    ),
    Setting(
        "router.hotspot_server",
        "hsl",
        "The hotspot server's name there. Not in use yet.",
    ),
    Setting(
        "router.sample_seconds",
        5,
        "How often the router's load and its online list are read.",
        seconds,
    ),
    Setting(
        "radius.secret",
        "",
        "The secret shared with the router: 32 random characters.",
        matching(r"[\x21-\x7e]{8,128}", "8 to 128 characters without spaces"),
        secret=True,
    ),
    Setting(
        "radius.nas_address",
        "127.0.0.1",
        "The router's address as RADIUS sees it: others are not answered.",
    ),
    Setting("radius.host", "0.0.0.0", "The address RADIUS listens on."),
    Setting("radius.auth_port", 1812, "Port of authentication.", port),
    Setting("radius.acct_port", 1813, "Port of accounting.", port),
    Setting(
        "radius.coa_port",
        3799,
        "Port of the router's /radius/incoming. Not in use yet.",
        port,
    ),
    Setting(
        "radius.server",
        "freeradius",
        "freeradius, or embedded: our own small one, for demo and laptops.",
        one_of("freeradius", "embedded"),
    ),
    Setting(
        "radius.require_message_authenticator",
        False,
        "Answer only requests that carry one: yes once the router is 7.15 or newer.",
        flag,
    ),
    Setting(
        "access.planes",
        "both",
        "Who may admit: both, radius or router. Not in use yet: RADIUS admits, and the"
        " router is told of each device.",
        one_of("both", "radius", "router"),
    ),
    Setting(
        "sms.provider",
        "log",
        "textsms, advanta, celcom, sunface, africastalking, http, or log (send none).",
        one_of(
            "log", "textsms", "advanta", "celcom", "sunface", "africastalking", "http"
        ),
    ),
    Setting("sms.url", "", "The gateway's address; empty: the provider's own.", url),
    Setting("sms.api_key", "", "The gateway's key.", secret=True),
    Setting("sms.username", "", "The gateway's user name or partner id."),
    Setting("sms.sender", "", "The sender's name or short code."),
    Setting(
        "sms.template",
        "",
        "For http: the JSON body, with {to} {text} {from} {id} {key} in it.",
    ),
    Setting("mail.host", "", "The mail server. No mail is sent yet."),
    Setting("mail.port", 587, "Its port.", port),
    Setting("mail.username", "", "The user there."),
    Setting("mail.password", "", "The password there.", secret=True),
    Setting("mail.from", "", "The sender's address."),
    Setting(
        "moysklad.base_url", "", "MoySklad's API; empty: no sync. Not in use yet.", url
    ),
    Setting("moysklad.token", "", "MoySklad's token.", secret=True),
)
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in DECLARED}
BY_VARIABLE: Mapping[str, Setting] = {s.variable: s for s in DECLARED}


@dataclass(frozen=True)
class Settings:
    """The values in force. `settings["web.port"]` is an int where it is declared so."""

    values: Mapping[str, Value] = field(repr=False)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Any:
        if name not in BY_NAME:
            raise unknown(name, BY_NAME, "setting")
        return self.values[name]

    def origin(self, name: str) -> str:
        """Where the value came from: environment, file, database or default."""
        return self.origins.get(name, "default")

    @property
    def data_dir(self) -> Path:
        """The folder of what must survive."""
        return Path(str(self.values["box.data_dir"]))

    @property
    def run_dir(self) -> Path:
        """The folder of what need not."""
        return Path(str(self.values["box.run_dir"]))

    @property
    def database_file(self) -> Path:
        """The one truth."""
        return self.data_dir / "hotspot.db"


def unknown(name: str, known: Iterable[str], what: str) -> BadInput:
    """The error for a name we don't know, with the nearest one we do."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    todo = f"Did you mean {near[0]}?" if near else f"Remove it, or see the {what} list."
    return BadInput(f"There is no {what} {name}.", todo, field=name)


def checked(name: str, raw: object, where: str) -> Value:
    """`raw` as the value of setting `name`.

    Raises BadInput that names the setting, the place it stands in and what it must
    be, without repeating a secret.
    """
    setting = BY_NAME.get(name)
    if setting is None:
        raise unknown(name, BY_NAME, "setting")
    words = {True: "yes", False: "no"}
    given = words[raw] if isinstance(raw, bool) else str(raw).strip()
    if isinstance(raw, list | dict | float) or raw is None:
        raise BadInput(f"{name} in {where} is not a text or number.", field=name)
    try:
        return setting.check(given)
    except ValueError as exc:
        shown = "" if setting.secret else f" {given!r}"
        raise BadInput(
            f"{name} in {where} is{shown}; it must be {exc}.", field=name
        ) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Value]:
    found = {}
    for variable, raw in environ.items():
        if not variable.startswith("HOTSPOT_") or variable in NOT_SETTINGS:
            continue
        setting = BY_VARIABLE.get(variable)
        if setting is None:
            raise unknown(variable, BY_VARIABLE, "environment variable")
        found[setting.name] = checked(setting.name, raw, f"environment {variable}")
    return found


def _from_file(path: Path) -> dict[str, Value]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise BadInput(
            f"{path} can't be read by this user.", "Run as root or hotspot-lite."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadInput(f"{path} is not valid TOML: {exc}.", "Mend that line.") from None
    found = {}
    for section, table in tables.items():
        if not isinstance(table, dict):
            sections = {name.partition(".")[0] for name in BY_NAME}
            raise unknown(section, sections, f"section in {path}:")
        for key, raw in table.items():
            name = f"{section}.{key}"
            found[name] = checked(name, raw, str(path))
    return found


def load(
    environ: Mapping[str, str] | None = None,
    stored: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force: environment, then file, then `stored`, then default.

    `stored` is what the admin page has put in the database. Raises BadInput for the
    first unknown or wrong one, by name.
    """
    environ = os.environ if environ is None else environ
    layers = {
        "environment": _from_environment(environ),
        "file": _from_file(Path(environ.get("HOTSPOT_CONFIG", CONFIG_FILE))),
        "database": {
            name: checked(name, raw, "the database")
            for name, raw in (stored or {}).items()
        },
    }
    values: dict[str, Value] = {s.name: s.default for s in DECLARED}
    origins: dict[str, str] = {}
    for origin in ("database", "file", "environment"):
        values.update(layers[origin])
        origins.update(dict.fromkeys(layers[origin], origin))
    return Settings(values, origins)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def as_toml(values: Mapping[str, Value]) -> str:
    """config.toml with every setting explained; those in `values` are set."""
    lines = [
        "# hotspot-lite. Lines that begin with # show the default. The environment",
        "# (HOTSPOT_SECTION_NAME) goes before this file, this file before the admin",
        "# page. After a change: hotspot-lite doctor, then restart.",
    ]
    section = ""
    for setting in DECLARED:
        head, _, name = setting.name.partition(".")
        if head != section:
            section = head
            lines += ["", f"[{section}]"]
        lines.append(f"# {setting.help}")
        given = values.get(setting.name)
        mark = "#" if given is None else ""
        shown = setting.default if given is None else given
        lines.append(f"{mark}{name} = {_toml(shown)}")
    return "\n".join(lines) + "\n"
