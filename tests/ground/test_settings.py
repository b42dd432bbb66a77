"""Settings are declared once, and whatever is wrong is refused by name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hotspot_lite import settings
from hotspot_lite.errors import BadInput


def load(tmp_path: Path, toml: str = "", **environ: str) -> settings.Settings:
    file = tmp_path / "config.toml"
    file.write_text(toml)
    return settings.load({"HOTSPOT_CONFIG": str(file), **environ})


def test_environment_goes_before_file_before_database_before_default(
    tmp_path: Path,
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[box]\nname = "file"\nlanguage = "sw"\n')
    stored = {"box.name": "db", "box.language": "en", "box.currency": "UGX"}
    environ = {"HOTSPOT_CONFIG": str(file), "HOTSPOT_BOX_NAME": "env"}
    found = settings.load(environ, stored)
    assert found["box.name"] == "env" and found.origin("box.name") == "environment"
    assert found["box.language"] == "sw" and found.origin("box.language") == "file"
    assert found["box.currency"] == "UGX"
    assert found.origin("box.currency") == "database"
    assert found["web.port"] == 80 and found.origin("web.port") == "default"


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[web]\nprt = 80", r"no setting web\.prt.*Did you mean web\.port"),
        ("[wbe]\nport = 80", r"wbe.*Did you mean web"),
        ("[web]\nport = 70000", r"web\.port in .*'70000'.*0 to 65535"),
        ('[web]\nport = "eighty"', r"'eighty'.*must be a port"),
        ("[web]\nport = 8.5", r"web\.port in .* is not a text or number"),
        ("[web]\nport = [80]", r"not a text or number"),
        ("[router]\ntls = 7", r"router\.tls .*yes or no"),
        ('[box]\ntimezone = "Nairobi"', r"such as Africa/Nairobi"),
        ('[box]\nlanguage = "swa"', r"did you mean sw"),
        ('[mpesa]\nshortcode = "17A"', r"5 to 10 digits"),
        ('[mpesa]\ncallback_url = "ftp://x"', r"https://"),
        ('[box]\ndata_dir = "data"', r"begins with /"),
        ('[backup]\nelsewhere = "nas:/x"', r"such as sftp://backup@"),
        ('[backup]\nelsewhere = "sftp://nas/x"', r"such as sftp://"),
        ('[backup]\nelsewhere = "sftp://a@nas"', r"such as sftp://"),
        ('[backup]\nelsewhere = "sftp://a@-oProxy/x"', r"such as sftp://"),
        ('[backup]\nelsewhere = "sftp://a@nas:99999/x"', r"port from 1 to 65535"),
        ('[backup]\nelsewhere = "sftp://a@nas/../x"', r"no \. or \.\."),
        ('[box]\nname = "a\\nb"', r"one line of text"),
        ("web = 3", r"no section in .* web"),
        ("[web\nport = 1", r"not valid TOML.*Mend that line"),
    ],
)
def test_a_wrong_or_unknown_setting_is_refused_by_name(
    tmp_path: Path, toml: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        load(tmp_path, toml)


def test_an_unknown_variable_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Did you mean HOTSPOT_WEB_PORT"):
        load(tmp_path, HOTSPOT_WEB_PRT="1")


def test_a_wrong_secret_is_refused_without_being_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load(tmp_path, HOTSPOT_RADIUS_SECRET="s3cr t")
    assert "s3cr" not in str(caught.value)
    assert "radius.secret" in str(caught.value)


def test_the_written_file_explains_every_setting_and_reads_back(
    tmp_path: Path,
) -> None:
    text = settings.as_toml({"radius.secret": 'a"b\\c-12345', "web.port": 8080})
    for setting in settings.DECLARED:
        assert setting.help in text
    found = load(tmp_path, text)
    assert found["radius.secret"] == 'a"b\\c-12345'
    assert found["web.port"] == 8080
    assert found.origin("box.name") == "default"


def test_every_line_of_the_written_file_is_valid_when_uncommented() -> None:
    lines = settings.as_toml({}).splitlines()
    bare = [
        line[1:] if line.startswith("#") and not line.startswith("# ") else line
        for line in lines
    ]
    tables = tomllib.loads("\n".join(bare))
    names = {f"{s}.{key}" for s, table in tables.items() for key in table}
    assert names == set(settings.BY_NAME)


def test_defaults_pass_their_own_checks() -> None:
    for setting in settings.DECLARED:
        if setting.default != "":
            assert (
                settings.checked(setting.name, setting.default, "default")
                == setting.default
            )


def test_secrets_don_t_show_in_a_repr(tmp_path: Path) -> None:
    found = load(tmp_path, HOTSPOT_MPESA_PASSKEY="very-hidden-key")
    assert "very-hidden-key" not in repr(found)


def test_asking_for_a_name_that_is_not_declared_names_the_nearest(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadInput, match=r"web\.port"):
        load(tmp_path)["web.prt"]


def test_a_password_in_the_other_machine_s_address_is_refused_and_not_shown(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadInput, match="by its key") as caught:
        load(tmp_path, '[backup]\nelsewhere = "sftp://a:hunter2@nas/x"')
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["sftp://a@nas/~/x", "sftp://a@192.168.88.1:22/flash/x", "sftp://a@[fd::1]/x"],
)
def test_an_address_of_another_machine_is_taken(tmp_path: Path, url: str) -> None:
    found = load(tmp_path, f'[backup]\nelsewhere = "{url}"')
    assert found["backup.elsewhere"] == url
