"""Exports to break, and a look at all that is in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hotspot_lite.store import house, migrations

NOW = 1_800_000_000
Packed = dict[str, bytes]


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "hotspot_lite", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def everything_in(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def changed(file: Path, change: Callable[[Packed], object]) -> Path:
    """A copy of an export in which somebody changed something."""
    with zipfile.ZipFile(file) as pack:
        found = {name: pack.read(name) for name in pack.namelist()}
    change(found)
    copy = file.with_name("changed.house")
    with zipfile.ZipFile(copy, "w") as pack:
        for name, raw in found.items():
            pack.writestr(name, raw)
    return copy


def manifest(**more: Any) -> Callable[[Packed], object]:
    def change(found: Packed) -> None:
        said = json.loads(found[house.MANIFEST]) | more
        found[house.MANIFEST] = json.dumps(said).encode()

    return change


def a_newer_step(found: Packed) -> None:
    """The database has had a step that this version does not know."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "it"
        path.write_bytes(found["hotspot.db"])
        with sqlite3.connect(path) as ledger:
            ledger.execute(
                "UPDATE _sqlite_migrations SET name = '9999_later' WHERE name = ?",
                (migrations.names()[-1],),
            )
        ledger.close()
        raw = found["hotspot.db"] = path.read_bytes()
    files = json.loads(found[house.MANIFEST])["files"]
    one = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    manifest(files=files | {"hotspot.db": one})(found)


BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "cut": (
        lambda file: _written(file, file.read_bytes()[: file.stat().st_size // 2]),
        "cut off or damaged",
    ),
    "no export at all": (lambda file: _written(file, b"hello"), "cut off or damaged"),
    "a changed key": (
        lambda file: changed(file, lambda it: it.update({"box.key": b"x" * 32})),
        "box.key in it is not what was exported",
    ),
    "a changed setting": (
        lambda file: changed(
            file, lambda it: it.update({"config.toml": it["config.toml"] + b"#"})
        ),
        "config.toml in it is not what was exported",
    ),
    "a way out of the folder": (
        lambda file: changed(file, lambda it: it.update({"../../out.txt": b"x"})),
        "which no export does",
    ),
    "a way out of the spool": (
        lambda file: changed(file, lambda it: it.update({"spool/../../out": b"x"})),
        "which no export does",
    ),
    "an absolute path": (
        lambda file: changed(file, lambda it: it.update({"/etc/cron.d/out": b"x"})),
        "which no export does",
    ),
    "a file that is not announced": (
        lambda file: changed(file, lambda it: it.update({"spool/more": b"x"})),
        "missing in it, or there twice",
    ),
    "a missing key": (
        lambda file: changed(file, lambda it: it.pop("box.key")),
        "missing in it",
    ),
    "no manifest": (
        lambda file: changed(file, lambda it: it.pop(house.MANIFEST)),
        "house.json is missing",
    ),
    "a manifest of another kind": (
        lambda file: changed(file, lambda it: it.update({house.MANIFEST: b"[1]"})),
        "can't be understood",
    ),
    "a newer version": (
        lambda file: changed(file, manifest(version="99.1.0")),
        "Install 99.1.0 or newer here first",
    ),
    "a newer format": (
        lambda file: changed(file, manifest(format=2, version="9.0")),
        "Install 9.0 or newer here first",
    ),
    "a newer database": (lambda file: changed(file, a_newer_step), "it knows 9999"),
}


def _written(file: Path, raw: bytes) -> Path:
    other = file.with_name("other.house")
    other.write_bytes(raw)
    return other
