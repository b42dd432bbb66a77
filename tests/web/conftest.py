"""The fixtures of the web's tests; `house` has them under a name of its own."""

from house import (
    customer,
    site,
    start_site,
)

__all__ = [
    "customer",
    "site",
    "start_site",
]
