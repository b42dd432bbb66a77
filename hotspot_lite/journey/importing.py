"""Files are read in here, some rows at a time."""

from __future__ import annotations

from hotspot_lite.journey.hall import here, huey
from hotspot_lite.papers import reading
from hotspot_lite.trade.office import imports


def _import_failed(error: str, run_id: int) -> None:
    imports.failed(run_id, error, here.now())


@huey.job("default", failed=_import_failed)
def run_import(run_id: int) -> None:
    """Look at a file, or take it in; what is left goes on in the next run."""
    zone = str(here.settings["box.timezone"])
    imports.work(run_id, here.settings.data_dir, reading.rows, here.now(), zone=zone)
