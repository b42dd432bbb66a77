"""QR codes, to stand in a page."""

from __future__ import annotations

import io


def svg(text: str, border: int = 4) -> str:
    """`text` as an SVG element; its size is the style sheet's.

    `border` is the quiet zone in modules; ISO/IEC 18004 wants 4, on white paper less
    will do.
    """
    # A tenth of a second on a Pi, and most requests draw none.
    import segno

    out = io.BytesIO()
    segno.make(text, micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=border,
        light="#fff",
    )
    return out.getvalue().decode()
