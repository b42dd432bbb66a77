"""FreeRADIUS's own folder: complete, private, and proof against strange settings."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite.errors import BadInput
from hotspot_lite.radius import config
from hotspot_lite.settings import Settings

SECRET = "a-secret-of-32-characters-length"
needs_freeradius = pytest.mark.skipif(
    shutil.which("freeradius") is None,
    reason="FREERADIUS IS NOT INSTALLED: nothing of it was tested",
)


def with_values(settings: Settings, **values: Any) -> Settings:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return Settings({**settings.values, **named})


def test_it_is_written_once_and_then_left_alone(box: Any) -> None:
    raddb = box.folder / "raddb"
    names = {"radiusd.conf", "site.conf", "clients.conf", "hotspot.site"}
    assert {p.name for p in config.write(raddb, box.settings)} == names
    before = {p.name: p.stat().st_mtime_ns for p in raddb.iterdir()}
    assert config.write(raddb, box.settings) == []
    assert {p.name: p.stat().st_mtime_ns for p in raddb.iterdir()} == before


def test_a_changed_setting_changes_its_file_only(box: Any) -> None:
    raddb = box.folder / "raddb"
    config.write(raddb, box.settings)
    changed = with_values(box.settings, radius__nas_address="10.5.50.1")
    assert config.write(raddb, changed) == [raddb / "clients.conf"]


def test_nobody_else_may_read_it(box: Any) -> None:
    raddb = box.folder / "raddb"
    config.write(raddb, box.settings)
    assert raddb.stat().st_mode & 0o7777 == 0o750
    assert {p.stat().st_mode & 0o7777 for p in raddb.iterdir()} == {0o640}
    assert box.spool.stat().st_mode & 0o7777 == 0o2770


def test_only_clients_conf_holds_the_secret(box: Any) -> None:
    raddb = box.folder / "raddb"
    config.write(raddb, box.settings)
    holders = [p.name for p in raddb.iterdir() if SECRET in p.read_text()]
    assert holders == ["clients.conf"]


def test_without_a_secret_it_says_how_to_set_one(box: Any) -> None:
    with pytest.raises(BadInput, match="HOTSPOT_RADIUS_SECRET") as caught:
        config.write(box.folder / "raddb", with_values(box.settings, radius__secret=""))
    assert caught.value.field == "radius.secret"


@pytest.mark.parametrize("bad", ['a"b', "a\\b", "a$b", "a'b", "a`b"])
def test_a_secret_that_would_break_out_is_refused_and_not_repeated(
    box: Any, bad: str
) -> None:
    given = with_values(box.settings, radius__secret=bad + "verysecret")
    with pytest.raises(BadInput) as caught:
        config.rendered(box.folder, given)
    assert "verysecret" not in repr(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("box__data_dir", '/var/"\n}\n'),
        ("box__data_dir", "/var/$ENV{HOME}"),
        ("box__run_dir", "/run/%{User-Name}"),
        ("box__run_dir", "/run/\nuser = root"),
        ("radius__host", "0.0.0.0\n}"),
        ("radius__host", "localhost"),
        ("radius__nas_address", "10.0.0.1\n secret = x"),
        ("radius__nas_address", ""),
        ("radius__auth_port", 0),
        ("radius__acct_port", 0),
    ],
)
def test_a_setting_that_would_break_out_is_refused_by_name(
    box: Any, name: str, value: object
) -> None:
    with pytest.raises(BadInput) as caught:
        config.rendered(box.folder, with_values(box.settings, **{name: value}))
    assert caught.value.field == name.replace("__", ".")


def test_a_strange_user_is_refused(box: Any) -> None:
    with pytest.raises(BadInput, match="no name of a user"):
        config.rendered(box.folder, box.settings, user="a b")


def test_user_and_group_stand_there_only_when_asked_for(box: Any) -> None:
    plain = config.rendered(box.folder, box.settings)["radiusd.conf"]
    asked = config.rendered(box.folder, box.settings, user="freerad", group="hotspot")
    assert "user =" not in plain
    assert "  user = freerad\n  group = hotspot\n" in asked["radiusd.conf"]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("127.0.0.1", ["127.0.0.1/32"]),
        ("10.5.50.1", ["10.5.50.1/32", "127.0.0.1/32"]),
        ("10.5.50.1/24", ["10.5.50.0/24", "127.0.0.1/32"]),
        ("0.0.0.0/0", ["0.0.0.0/0"]),
        ("fd00::1", ["fd00::1/128", "127.0.0.1/32"]),
    ],
)
def test_the_router_and_the_box_itself_are_answered(
    box: Any, address: str, names: list[str]
) -> None:
    given = with_values(box.settings, radius__nas_address=address)
    assert [str(n) for n in config.clients(given)] == names


@needs_freeradius
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"radius__nas_address": "10.5.50.0/24"},
        {"radius__nas_address": "fd00::1", "radius__host": "::"},
        {"radius__require_message_authenticator": True},
        {"radius__secret": "!#%&()*+,-./:;<=>?@[]^_{|}~"},
    ],
)
def test_freeradius_finds_nothing_wrong_with_it(
    box: Any, values: dict[str, Any]
) -> None:
    raddb = box.folder / "a folder"
    config.write(raddb, with_values(box.settings, **values))
    assert config.check(raddb) == ""


@needs_freeradius
def test_what_freeradius_finds_wrong_is_said_without_the_secret(box: Any) -> None:
    raddb = box.folder / "raddb"
    config.write(raddb, box.settings)
    site = raddb / "hotspot.site"
    site.write_text(site.read_text().replace("acct_spool", SECRET))
    found = config.check(raddb)
    assert "hotspot.site" in found
    assert SECRET not in found


def test_without_freeradius_the_check_says_what_to_install(
    box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert "apt-get install freeradius" in config.check(box.folder)


@needs_freeradius
def test_nothing_of_etc_is_read(box: Any) -> None:
    raddb = box.folder / "raddb"
    config.write(raddb, box.settings)
    for file in raddb.iterdir():
        lines = file.read_text().splitlines()
        told = [line for line in lines if not line.lstrip().startswith("#")]
        assert "/etc/" not in "\n".join(told), file


@needs_freeradius
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_it_runs_as_any_user(box: Any, tmp_path: Path) -> None:
    raddb = tmp_path / "raddb"
    config.write(raddb, box.settings)
    subprocess.run(["chown", "-R", "nobody", str(tmp_path)], check=True)
    # pytest's folders are root's alone.
    for above in tmp_path.parents[:3]:
        if str(above).startswith("/tmp/"):
            above.chmod(above.stat().st_mode | 0o011)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        + ["freeradius", "-C", "-l", "stdout", "-d", str(raddb)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@needs_freeradius
def test_only_signed_requests_are_answered_when_asked_for(
    box: Any, start_radius: Callable[[], Any]
) -> None:
    ident, name = box.customer()
    box.sell(ident)
    values = {"radius.require_message_authenticator": True}
    box.settings = Settings(
        {**box.settings.values, **values},
        {**box.settings.origins, **dict.fromkeys(values, "environment")},
    )
    server = start_radius()
    assert server.login(name).kind == "accept"
    assert server.login(name, message_authenticator=False).kind == "silent"


@needs_freeradius
def test_its_log_stays_quiet_while_the_spool_is_drained(freeradius: Any) -> None:
    for _ in range(3):
        assert freeradius.account(Acct_Status_Type="Start", User_Name="ann")
        (freeradius.box.spool / "acct.tsv").unlink()
    assert "permissions" not in freeradius.output.read_text()
