"""Reports are written to files here, away from everybody who waits for a page."""

from __future__ import annotations

from pathlib import Path

from hotspot_lite import papers
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade import exports


def _export_failed(error: str, export_id: int) -> None:
    exports.failed(export_id, error)


@huey.job("default", failed=_export_failed)
def write_export(export_id: int) -> None:
    """Write the file of an export that somebody asked for."""
    s = here.settings
    writers = papers.writers(s["box.name"], s["box.currency"])
    exports.write(export_id, folder(), s["box.timezone"], writers, here.now())


def folder() -> Path:
    """Where the files are."""
    return here.settings.data_dir / exports.FOLDER
