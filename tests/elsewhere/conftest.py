"""The fixtures of copies elsewhere; `far_host` has them under a name of its own."""

from far_host import far

__all__ = ["far"]
