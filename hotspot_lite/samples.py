"""What a job saw a moment ago, for who shows it: small files in /run, one a name.

They cost the memory card nothing, and a restart of the machine forgets them.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any


def put(run_dir: Path, name: str, sample: dict[str, Any]) -> None:
    """Write a live sample, whole or not at all."""
    new = run_dir / f".{name}.{threading.get_ident()}"
    new.write_text(json.dumps(sample), encoding="utf-8")
    new.replace(run_dir / f"{name}.json")


def newest(run_dir: Path, name: str) -> dict[str, Any] | None:
    """The newest live sample of that name, or None."""
    try:
        found = json.loads((run_dir / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
