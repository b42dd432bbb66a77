"""A box that can die between any two things it does, and is opened again from disk.

What it does to its disk and to the outside is counted in steps. At the step that a
test chose its files are copied as they lie there, which is what `kill -9` or a power
cut leaves; nothing that the dying process still does counts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hotspot_lite import jobs, store


class Died(BaseException):
    """No `except Exception` may live through a death."""


class Fragile:
    """The steps of one box whose files are in `folder`/data and `folder`/run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.left: int | None = None
        self.is_power_cut = self.is_dead = False
        self.deaths = 0

    def arm(self, steps: int, is_power_cut: bool) -> None:
        """Die at that step from now; a power cut forgets what is in /run as well."""
        self.left, self.is_power_cut = steps, is_power_cut

    def step(self) -> None:
        """Called before and after whatever would outlive the process."""
        if self.is_dead:
            raise Died
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self._die()

    def _die(self) -> None:
        self.is_dead, self.left = True, None
        self.deaths += 1
        for name in ("data",) if self.is_power_cut else ("data", "run"):
            shutil.copytree(self.folder / name, self.folder / f"left-{name}")
        raise Died

    @contextmanager
    def unharmed(self) -> Iterator[None]:
        """A test looks on: its own steps count for nothing."""
        left, self.left = self.left, None
        yield
        self.left = left

    def bury(self) -> None:
        """Put back what was on disk at the moment of death."""
        close()
        for name in ("data", "run"):
            shutil.rmtree(self.folder / name)
            kept = self.folder / f"left-{name}"
            if kept.exists():
                kept.rename(self.folder / name)
        self.is_dead = False


def close() -> None:
    """Let go of both files; the memory of the process is not kept anywhere."""
    store.close()
    if not jobs.rows.run.is_closed():
        jobs.rows.run.close()


@contextmanager
def counted(step: Callable[[], None]) -> Iterator[None]:
    """Every statement and every commit of both databases is a step."""
    databases: tuple[Any, ...] = (store.database, jobs.rows.run)
    for database in databases:
        database.execute_sql = _before(database.execute_sql, step)
        database.commit = _around(database.commit, step)
    try:
        yield
    finally:
        for database in databases:
            del database.execute_sql, database.commit


def _before(does: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    def counting(*args: Any, **kwargs: Any) -> Any:
        step()
        return does(*args, **kwargs)

    return counting


def _around(does: Callable[[], Any], step: Callable[[], None]) -> Callable[[], Any]:
    def counting() -> Any:
        step()
        done = does()
        step()
        return done

    return counting
