"""What all tests share: a fresh box, and the switch for slow tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite import box as boxes
from hotspot_lite import jobs, settings, store
from hotspot_lite.box import Box


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the slow tests")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests must not depend on what the shell or /etc happens to hold."""
    for name in os.environ:
        if name.startswith("HOTSPOT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOTSPOT_CONFIG", "/nonexistent/config.toml")


@pytest.fixture
def box_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a box in a folder of its own."""
    return {
        "HOTSPOT_CONFIG": str(tmp_path / "config.toml"),
        "HOTSPOT_BOX_DATA_DIR": str(tmp_path / "data"),
        "HOTSPOT_BOX_RUN_DIR": str(tmp_path / "run"),
        "HOTSPOT_BOX_CLOCK": "trusted",
    }


@pytest.fixture
def box(box_environment: dict[str, str]) -> Iterator[Box]:
    """A new box, opened: tables empty, queue empty."""
    boxes.make(settings.load(box_environment))
    yield boxes.open_box(box_environment)
    store.close()
    if not jobs.rows.run.is_closed():
        jobs.rows.run.close()
