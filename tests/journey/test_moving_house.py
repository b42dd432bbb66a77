"""The box moves to another machine, with somebody online, and goes on selling there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite.stage import Stage, until
from hotspot_lite.town.visitor import Visitor

# What the other machine has of its own; all else must come in the file.
OF_THE_MACHINE = (
    *("HOTSPOT_WEB_HOST", "HOTSPOT_WEB_PORT", "HOTSPOT_LIVE_HOST", "HOTSPOT_LIVE_PORT"),
    *("HOTSPOT_RADIUS_HOST", "HOTSPOT_BOX_CLOCK"),
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    folder = tmp_path / "old"
    folder.mkdir()
    server = {"HOTSPOT_RADIUS_SERVER": "embedded"}
    with Stage(folder, scale=0.01, more=server) as made:
        made.prepare()
        made.start()
        yield made


@pytest.fixture
def customer(stage: Stage) -> Visitor:
    visitor = stage.town.visitor()
    visitor.buy(visitor.browse(), "1 Hour")
    assert until(visitor.is_on_the_internet, 15)
    return visitor


def end(stage: Stage) -> None:
    for process in stage.processes.values():
        process.terminate()
    for process in stage.processes.values():
        process.wait(45)
    stage.processes.clear()


def move_to(stage: Stage, folder: Path) -> None:
    """From here on the stage is another machine, in the same town."""
    folder.mkdir()
    ours = {n: v for n, v in stage.environment.items() if not n.startswith("HOTSPOT_")}
    for name in OF_THE_MACHINE:
        if name in stage.environment:
            ours[name] = stage.environment[name]
    stage.folder = folder
    stage.environment = ours | {
        "HOTSPOT_CONFIG": str(folder / "config.toml"),
        "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
        "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
        "HOTSPOT_RADIUS_SERVER": "embedded",
    }


def test_who_has_paid_keeps_the_time_and_the_next_one_can_buy(
    stage: Stage, customer: Visitor, tmp_path: Path
) -> None:
    words = tmp_path / "words"
    words.write_text("ninety nine blue umbrellas\n")
    words.chmod(0o600)
    file = tmp_path / "everything.age"
    end(stage)
    passphrase = ("--passphrase-file", str(words))
    made = stage.command("export", "--all", str(file), *passphrase)
    assert made["encrypted"] and not made["notes"]
    assert file.stat().st_mode & 0o777 == 0o600
    key = (stage.folder / "data" / "box.key").read_bytes()

    move_to(stage, tmp_path / "new")
    came = stage.command("import", "--all", str(file), *passphrase)
    assert any("router apply" in one for one in came["todo"])
    assert any("old box off" in one for one in came["todo"])
    assert (stage.folder / "data" / "box.key").read_bytes() == key
    assert (stage.folder / "config.toml").stat().st_mode & 0o077 == 0
    assert list((stage.folder / "data" / "backups").iterdir())
    (shown,) = stage.command("payment", "list")
    assert shown["state"] == "paid"
    stage.start()

    # Somebody trips over the router's cable: every session is gone, the time is not.
    stage.town.router.reboot()
    stage.town.router.join(customer.mac, customer.ip)
    customer.browse()
    assert until(customer.is_on_the_internet, 15)
    assert len(stage.command("payment", "list")) == 1

    newcomer = stage.town.visitor()
    newcomer.buy(newcomer.browse(), "1 Hour")
    assert until(newcomer.is_on_the_internet, 15)
    assert {p["state"] for p in stage.command("payment", "list")} == {"paid"}
    stage.command("payment", "audit")  # fails where anything is wrong
