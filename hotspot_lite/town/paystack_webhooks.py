"""How the pretend Paystack tells the shop: signed, again until 200, or wrongly.

Knows the webhook's shape and its delivery; what was paid is known in `paystack`.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

# lost: never sent. late: after LATE_SECONDS. twice: two at once. forged: wrongly
# signed. bare: without a signature.
FAULTS = ("", "lost", "late", "twice", "forged", "bare")
LATE_SECONDS = 3600.0
# Live mode asks again every 3 minutes for the first 4 tries, then each hour.
RETRY_SECONDS = 180.0
POST_TIMEOUT_SECONDS = 5.0


def signature(secret_key: str, body: bytes) -> str:
    """HMAC-SHA512 of a body as it is sent, in hex."""
    return hmac.new(secret_key.encode(), body, hashlib.sha512).hexdigest()


class Webhooks:
    """Delivers events to `url` (set in the shop's dashboard; "" sends none)."""

    def __init__(
        self, secret_key: str, scale: float, posted: Callable[[bytes, int], None]
    ) -> None:
        self.url = ""
        self.fault = ""
        self.tries = 4
        self._secret_key, self._scale, self._posted = secret_key, scale, posted
        self._is_stopped = threading.Event()

    def stop(self) -> None:
        """Send nothing any more."""
        self._is_stopped.set()

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Send an event, in a thread of its own, as well as `fault` lets it."""
        if self.url and self.fault != "lost":
            body = json.dumps({"event": event, "data": data}).encode()
            for _ in range(2 if self.fault == "twice" else 1):
                threading.Thread(target=self._send, args=(body,), daemon=True).start()

    def post(self, body: bytes, **headers: str) -> int:
        """Post any body once, signed unless `headers` say otherwise; the status."""
        signed = {"x-paystack-signature": signature(self._secret_key, body)}
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        status = _post(self.url, body, signed | named)
        self._posted(body, status)
        return status

    def _send(self, body: bytes) -> None:
        if self.fault == "late" and self._wait(LATE_SECONDS):
            return
        headers = {"x_paystack_signature": "0" * 128} if self.fault == "forged" else {}
        if self.fault == "bare":
            headers = {"x_paystack_signature": ""}
        for _ in range(self.tries):
            if self.post(body, **headers) == 200 or self._wait(RETRY_SECONDS):
                return

    def _wait(self, seconds: float) -> bool:
        return self._is_stopped.wait(seconds * self._scale)


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=POST_TIMEOUT_SECONDS)
    try:
        told = {"Content-Type": "application/json", "Connection": "close"} | headers
        line.request("POST", parts.path or "/", body, told)
        answer = line.getresponse()
        answer.read(4096)
        return answer.status
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    finally:
        line.close()
