"""The code is formatted, clean and typed, as pyproject.toml says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "words",
    ["ruff check --no-cache", "ruff format --check --no-cache", "mypy"],
)
def test_the_code_is_as_pyproject_says(words: str, tmp_path: Path) -> None:
    """mypy knows its packages from pyproject.toml, ruff takes the whole tree."""
    name, *more = words.split()
    if name == "mypy":
        more = [f"--cache-dir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", name, *more], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
