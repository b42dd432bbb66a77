"""The admin's menu: what is where, and for whom. A new page adds its line here."""

from __future__ import annotations

# Address, name (the page's title too), the roles that see it besides the owner;
# no role named: everybody.
MENU: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/admin/", "Live", ()),
    ("/admin/sessions", "Sessions", ()),
    ("/admin/figures", "Traffic", ()),
    ("/admin/payments", "Payments", ()),
    ("/admin/exceptions", "Exceptions", ()),
    ("/admin/money-audit", "Money audit", ("owner",)),
    ("/admin/cash", "Cash", ("cashier",)),
    ("/admin/vouchers", "Vouchers", ("cashier",)),
    ("/admin/plans", "Packages", ()),
    ("/admin/usage", "Usage", ()),
    ("/admin/queue", "Queue", ()),
    ("/admin/backups", "Backups", ("owner",)),
)
