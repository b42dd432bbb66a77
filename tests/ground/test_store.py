"""The file: made by migrations, current or refused, written as a whole."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from hotspot_lite import box as boxes
from hotspot_lite import jobs, settings, store
from hotspot_lite.box import Box
from hotspot_lite.errors import HotspotError
from hotspot_lite.jobs import tables
from hotspot_lite.store import migrations
from hotspot_lite.trade import models


def test_migrating_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    file = tmp_path / "hotspot.db"
    assert not migrations.is_current(file)
    assert migrations.migrate(file) == migrations.names()
    assert migrations.migrate(file) == []
    assert migrations.is_current(file)


def test_a_migration_that_breaks_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = migrations.script("0001_first") + "CREATE VIEW broken AS SELEKT 1;"
    monkeypatch.setattr(migrations, "script", lambda name: broken)
    with pytest.raises(sqlite3.OperationalError):
        migrations.migrate(tmp_path / "hotspot.db")
    with sqlite3.connect(tmp_path / "hotspot.db") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "payment" not in names and not migrations.is_current(tmp_path / "hotspot.db")


def test_the_staff_and_their_sessions_outlive_a_new_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, every = tmp_path / "hotspot.db", migrations.names()
    earlier = every[: every.index("0130_agents")]
    with monkeypatch.context() as before:
        before.setattr(migrations, "names", lambda: earlier)
        migrations.migrate(file)
    with sqlite3.connect(file) as connection:
        # Somebody else's column must not be lost either.
        connection.execute("ALTER TABLE staff ADD COLUMN later TEXT DEFAULT 'kept'")
        staff = (
            "INSERT INTO staff (name, password, role, made_at) VALUES (?, 'p', ?, 1)"
        )
        connection.execute(staff, ("olive", "owner"))
        connection.execute(
            "INSERT INTO login (token_hash, staff_id, csrf, made_at, expires_at)"
            " VALUES ('t', 1, 'c', 1, 2)"
        )
    migrations.migrate(file)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(staff, ("amina", "agent"))
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(staff, ("x", "king"))
        found = connection.execute("SELECT name, role, later FROM staff ORDER BY id")
        assert found.fetchall() == [
            ("olive", "owner", "kept"),
            ("amina", "agent", "kept"),
        ]
        assert connection.execute("SELECT count(*) FROM login").fetchone() == (1,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def columns(table: str) -> dict[str, bool]:
    found = store.database.execute_sql(f"PRAGMA table_info({table})").fetchall()
    return {row[1]: bool(row[3]) for row in found}


@pytest.mark.parametrize("model", models.TABLES, ids=lambda m: m.__name__)
def test_every_table_is_as_its_model_says(box: Box, model: type) -> None:
    fields = model._meta.fields.values()  # type: ignore[attr-defined]
    kept = columns(model._meta.table_name)  # type: ignore[attr-defined]
    assert set(kept) == {field.column_name for field in fields}
    for field in fields:
        if not field.primary_key:
            assert kept[field.column_name] != field.null, field.column_name


def test_durable_and_volatile_jobs_have_the_same_columns(box: Box) -> None:
    for table in ("job", "failed_job"):
        volatile = jobs.rows.run.execute_sql(f"PRAGMA table_info({table})").fetchall()
        assert set(columns(table)) == {row[1] for row in volatile}
    first = migrations.script("0001_first")
    assert "job_due ON job (lane, due_at, id)" in tables.TABLES + first


def test_the_file_is_kept_as_money_needs_it(box: Box) -> None:
    def pragma(name: str) -> object:
        return store.database.execute_sql(f"PRAGMA {name}").fetchone()[0]

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    volatile = jobs.rows.run.execute_sql("PRAGMA synchronous").fetchone()[0]
    assert volatile == 0  # OFF: live samples cost the card nothing


def test_freeradius_may_open_the_files_by_its_group(box: Box) -> None:
    file = box.settings.database_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o660
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o2770
    key = box.settings.data_dir / "box.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_box_without_a_database_says_what_to_run(
    box_environment: dict[str, str],
) -> None:
    with pytest.raises(HotspotError, match="Run: hotspot-lite db migrate"):
        boxes.open_box(box_environment)


def test_making_a_box_again_keeps_its_key(
    box: Box, box_environment: dict[str, str]
) -> None:
    boxes.make(settings.load(box_environment))
    assert boxes.open_box(box_environment).key == box.key


def test_what_fails_inside_is_not_written_and_inner_joins_outer(box: Box) -> None:
    with pytest.raises(ZeroDivisionError), store.atomic():
        models.Audit.create(at=1, who="x", what="y", detail="")
        with store.atomic():
            models.Audit.create(at=2, who="x", what="y", detail="")
        raise ZeroDivisionError
    assert models.Audit.select().count() == 0


def test_the_clock_s_floor_is_the_newest_event(box: Box) -> None:
    assert store.newest_fact_at() == 0
    with store.atomic():
        models.Event.create(at=77, channel="x", type="y", body="{}")
    assert store.newest_fact_at() == 77
