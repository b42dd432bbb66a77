"""The pretend Paystack's hosted page, which a person can click."""

from __future__ import annotations

import html

from hotspot_lite.town.stand import Reply

_STYLE = (
    "body{margin:0;background:#eef2f5;color:#12263a;font:16px/1.5 system-ui,sans-serif}"
    "main{max-width:24rem;margin:32px auto;padding:24px;background:#fff;"
    "border-radius:12px;box-sizing:border-box}"
    "h1{font-size:18px;margin:0 0 4px}.amount{font-size:28px;font-weight:700}"
    "button{display:block;width:100%;min-height:48px;margin:12px 0 0;border:0;"
    "border-radius:8px;background:#0f7a43;color:#fff;font:inherit;font-weight:700}"
    "button.plain{background:#fff;color:#12263a;border:1px solid #9fb0bf}"
    ".bad{color:#a3200f}small{color:#4a6072}"
)


def checkout(label: str, amount: str, email: str, says: str = "") -> Reply:
    """The page that asks for the money."""
    told = f'<p class="bad" role="alert">{html.escape(says)}</p>' if says else ""
    return _page(
        f"<h1>{html.escape(label)}</h1><small>{html.escape(email)}</small>"
        f'<p class="amount">Pay {html.escape(amount)}</p>{told}'
        '<form method="post">'
        '<button name="act" value="pay">Pay with test card</button>'
        '<button name="act" value="decline" class="plain">Use a card that is'
        " declined</button>"
        '<button name="act" value="cancel" class="plain">Cancel payment</button>'
        "</form>"
    )


def notice(text: str, status: int = 200) -> Reply:
    """A page that only says something."""
    return _page(f"<h1>Paystack of the town</h1><p>{html.escape(text)}</p>", status)


def _page(inner: str, status: int = 200) -> Reply:
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>Paystack Checkout (town)</title><style>{_STYLE}</style></head>"
        f"<body><main>{inner}</main></body></html>"
    )
    return Reply(status, body.encode(), kind="text/html; charset=utf-8")
