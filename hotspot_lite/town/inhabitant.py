"""What everybody in the town has in common: they come and they go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Inhabitant(ABC):
    """Somebody with open doors; a context manager, or start() and stop()."""

    @abstractmethod
    def start(self) -> Self:
        """Open the doors."""

    @abstractmethod
    def stop(self) -> None:
        """Close them; nothing is left running."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
