"""Writes FreeRADIUS a private folder of configuration from the box's settings.

It needs nothing of /etc/freeradius: run it as any user, under umask 007, with
`freeradius -f -d FOLDER`. The policy in it is `policy.py`'s, in its own words.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from hotspot_lite.errors import BadInput
from hotspot_lite.radius.policy import LOGIN_SQL, TEMPLATES
from hotspot_lite.settings import Settings

FREERADIUS_DIR = Path("/usr/lib/freeradius")
LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
CHECK_SECONDS = 30

NAS = "%{%{NAS-Identifier}:-%{%{NAS-IP-Address}:-%{Packet-Src-IP-Address}}}"
# The columns of the spools, as radius/spool.py reads them.
ACCT_COLUMNS = (
    "%l",
    "%{Acct-Status-Type}",
    "%{Acct-Unique-Session-Id}",
    "%{urlquote:%{Acct-Session-Id}}",
    "%{urlquote:%{User-Name}}",
    "%{urlquote:%{Calling-Station-Id}}",
    "%{Framed-IP-Address}",
    "%{%{Acct-Session-Time}:-0}",
    "%{%{Acct-Input-Gigawords}:-0}",
    "%{%{Acct-Input-Octets}:-0}",
    "%{%{Acct-Output-Gigawords}:-0}",
    "%{%{Acct-Output-Octets}:-0}",
    "%{Acct-Terminate-Cause}",
    "%{Class}",
    "%{urlquote:" + NAS + "}",
    "%{%{Acct-Delay-Time}:-0}",
    "end",
)
AUTH_COLUMNS = (
    "%l",
    "%{urlquote:%{User-Name}}",
    "%{urlquote:%{Calling-Station-Id}}",
    "%{%{control:Tmp-String-0}:-unknown}",
    "%{urlquote:" + NAS + "}",
    "end",
)


def write(
    folder: Path,
    settings: Settings,
    freeradius_dir: Path = FREERADIUS_DIR,
    user: str = "",
    group: str = "",
) -> list[Path]:
    """Bring the configuration in `folder` up to date; the files that changed.

    `freeradius_dir` holds its modules; `user` and `group` are whom it becomes when
    root starts it. Makes the spool and run folders too: it can't start without.
    Raises BadInput for a setting that can't stand in such a file.
    """
    texts = rendered(folder.absolute(), settings, freeradius_dir, user, group)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    folder.chmod(0o750)
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    _make_spool_folder(settings.data_dir / "spool")
    return [folder / name for name, text in texts.items() if _put(folder / name, text)]


def rendered(
    folder: Path,
    settings: Settings,
    freeradius_dir: Path = FREERADIUS_DIR,
    user: str = "",
    group: str = "",
) -> dict[str, str]:
    """The files of the configuration by name. Raises BadInput as `write` does."""
    values = {
        "raddb": _path(str(folder), "the folder"),
        "libdir": _path(str(freeradius_dir), "the folder of FreeRADIUS's modules"),
        "run_dir": _path(str(settings.run_dir), "box.run_dir"),
        "spool": _path(str(settings.data_dir / "spool"), "box.data_dir"),
        "database": _path(str(settings.database_file), "box.data_dir"),
        "host": _address(settings, "radius.host"),
        "auth_port": _port(settings, "radius.auth_port"),
        "acct_port": _port(settings, "radius.acct_port"),
        "clients": "\n".join(_clients(settings)),
        "identity": _identity(user, group),
        "query": _one_line(LOGIN_SQL),
        "acct_format": "\t".join(ACCT_COLUMNS),
        "auth_format": "\t".join(AUTH_COLUMNS),
    }
    names = ("site.conf", "clients.conf", "radiusd.conf", "hotspot.site")
    return {name: _filled(name, values) for name in names}


def check(folder: Path) -> str:
    """What FreeRADIUS finds wrong with the configuration in `folder`; "" if nothing.

    The secret, should it be in the message, is taken out.
    """
    # It lies in /usr/sbin, which isn't in every user's PATH.
    program = shutil.which("freeradius", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        return "freeradius is not installed. Run: apt-get install freeradius"
    command = [program, "-C", "-l", "stdout", "-d", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"freeradius -C did not end within {CHECK_SECONDS} s."
    if done.returncode == 0:
        return ""
    said = (done.stdout + done.stderr).strip()
    errors = re.findall(r": Error: (.+)", said)
    text = "\n".join(errors) or said or f"freeradius -C ended {done.returncode}."
    return _without_secrets(folder, text)


def clients(settings: Settings) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Who is answered: the router, and the box itself for tests and doctor.

    Raises BadInput where radius.nas_address is no address.
    """
    raw = str(settings["radius.nas_address"])
    try:
        router = ipaddress.ip_network(raw, strict=False)
    except ValueError:
        raise BadInput(
            f"radius.nas_address is {raw!r}, which is no IP address.",
            "Set the router's address as this box sees it, e.g. 10.5.50.1.",
            field="radius.nas_address",
        ) from None
    itself = ipaddress.IPv4Network(LOOPBACK)
    return [router] if LOOPBACK in router else [router, itself]


def secret(settings: Settings) -> str:
    """The secret shared with the router. Raises BadInput where there is none."""
    found = str(settings["radius.secret"])
    if not found:
        raise BadInput(
            "radius.secret is not set.",
            "Set HOTSPOT_RADIUS_SECRET, or secret under [radius] in config.toml,"
            " to 32 random characters.",
            field="radius.secret",
        )
    return found


def _clients(settings: Settings) -> Iterator[str]:
    key = secret(settings)
    if re.search(r"""["'\\$`]""", key):
        raise BadInput(
            "radius.secret has a quote, a backslash or a $ in it.",
            "Use letters and digits: FreeRADIUS and RouterOS read those alike.",
            field="radius.secret",
        )
    signed = "yes" if settings["radius.require_message_authenticator"] else "no"
    for name, network in zip(("router", "box"), clients(settings), strict=False):
        yield f"client {name} {{"
        yield f"  ipaddr = {network}"
        yield f'  secret = "{key}"'
        yield f"  require_message_authenticator = {signed}"
        yield "  nas_type = other"
        yield "}"


def _path(text: str, name: str) -> str:
    # A quote, a $ or a % would be read as more than a name.
    if not re.fullmatch(r"/[\w./ @:+,=~()-]*", text):
        raise BadInput(
            f"{name} {text!r} has characters that FreeRADIUS can't take in a path.",
            "Use letters, digits and . - _ / only.",
            field=name,
        )
    return text


def _address(settings: Settings, name: str) -> str:
    raw = str(settings[name])
    try:
        return str(ipaddress.ip_address(raw))
    except ValueError:
        raise BadInput(
            f"{name} is {raw!r}, which is no IP address.",
            "Use 0.0.0.0 for all addresses of this box.",
            field=name,
        ) from None


def _port(settings: Settings, name: str) -> str:
    number = int(settings[name])
    if number == 0:
        raise BadInput(
            f"{name} is 0, and FreeRADIUS can't tell which port it was given.",
            "Name a port.",
            field=name,
        )
    return str(number)


def _identity(user: str, group: str) -> str:
    lines = ""
    for key, name in (("user", user), ("group", group)):
        if name and not re.fullmatch(r"[a-z_][a-z0-9_-]*", name):
            raise BadInput(f"{name!r} is no name of a {key}.", field=key)
        lines += f"  {key} = {name}\n" if name else ""
    return lines


def _one_line(sql: str) -> str:
    """`sql` for sql_map: FreeRADIUS escapes what it puts in for %{…}."""
    flat = " ".join(sql.split())
    named = {
        ":username": "User-Name",
        ":name_mac": "control:Tmp-String-2",
        ":mac": "control:Tmp-String-1",
    }
    return re.sub(r":[a-z_]+", lambda found: f"'%{{{named[found[0]]}}}'", flat)


def _filled(name: str, values: Mapping[str, str]) -> str:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return re.sub(r"@([a-z_]+)@", lambda found: values[found[1]], text)


def _put(file: Path, text: str) -> bool:
    """Make `file` hold `text`, all of it or as before; whether that changed it."""
    raw = text.encode()
    if file.exists() and file.read_bytes() == raw:
        file.chmod(0o640)
        return False
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with open(new, "xb", opener=lambda path, flags: os.open(path, flags, 0o640)) as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    new.chmod(0o640)
    new.replace(file)
    return True


def _make_spool_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        # Both FreeRADIUS and we must be able to create and delete in it.
        folder.chmod(0o2770)


def _without_secrets(folder: Path, said: str) -> str:
    try:
        text = (folder / "clients.conf").read_text(encoding="utf-8")
    except OSError:
        return said
    for key in re.findall(r'secret = "(.+)"', text):
        said = said.replace(key, "(secret)")
    return said
