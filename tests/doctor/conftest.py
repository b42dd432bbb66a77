"""The fixtures of the doctor's tests; `patient` has them under a name of its own."""

from patient import (
    examine,
    worker,
)

__all__ = [
    "examine",
    "worker",
]
