"""What a batch (batches.py) needs of its jobs, in the transactions that they end in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hotspot_lite.errors import BadInput

if TYPE_CHECKING:
    from hotspot_lite.jobs.files import Rows


def joins(rows: Rows, batch: int) -> bool:
    """Count one more job of a batch; False where it was cancelled. Raises BadInput."""
    row = rows.main.execute_sql(
        "UPDATE job_batch SET total = total + (NOT is_closed AND NOT is_cancelled)"
        " WHERE id = ? RETURNING is_closed, is_cancelled",
        (batch,),
    ).fetchone()
    if row is None or (row[0] and not row[1]):
        raise BadInput(f"Batch {batch} takes no more jobs.", "", field="batch")
    return not row[1]


def drop_if_cancelled(
    rows: Rows, job_id: int, batch_id: int | None, now: float
) -> None:
    """Remove a waiting job whose batch was cancelled while it ran."""
    if batch_id is not None:
        rows.main.execute_sql(
            "DELETE FROM job WHERE id = ? AND batch_id IN"
            " (SELECT id FROM job_batch WHERE is_cancelled)",
            (job_id,),
        )
        end(rows, batch_id, now)


def ended(rows: Rows, batch_id: int | None, how: str, now: float) -> None:
    """A job of the batch has ended, in the transaction that removed its row."""
    if batch_id is not None:
        rows.main.execute_sql(
            "UPDATE job_batch SET done = done + ?, failed = failed + ? WHERE id = ?",
            (how == "done", how == "failed", batch_id),
        )
        end(rows, batch_id, now)


def end(rows: Rows, batch_id: int, now: float) -> None:
    """If the batch is closed and its last job has ended, put its then-job, once."""
    row = rows.main.execute_sql(
        "UPDATE job_batch SET finished_at = ? WHERE id = ? AND is_closed"
        " AND finished_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM job WHERE batch_id = job_batch.id)"
        " RETURNING is_cancelled, then_name, then_args",
        (now, batch_id),
    ).fetchone()
    if row is not None and row[1] is not None and not row[0]:
        rows.put(row[1], json.loads(row[2]), durable=True, now=now)
