"""A file that a page sends in pieces (static/statement.js): a form of ours is small."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from bottle import HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.office import uploads
from hotspot_lite.web import pages

# A form of ours holds 16 KiB; base64 and its escapes make a third more of a piece.
MOST_PIECE = 14 * 1024


def take(data_dir: Path, name: str) -> HTTPResponse:
    """The posted {offset, piece} is added to the upload of that name.

    `piece` is base64. 422 {says} where it doesn't follow or is too much.
    """
    try:
        raw = base64.b64decode(pages.form("piece", MOST_PIECE), validate=True)
        size = uploads.add(data_dir, name, int(pages.form("offset", 8)), raw)
    except (ValueError, binascii.Error):
        return pages.json_page({"says": "That is no piece of a file."}, 422)
    except BadInput as exc:
        return pages.json_page({"says": str(exc)}, 422)
    return pages.json_page({"size": size})
