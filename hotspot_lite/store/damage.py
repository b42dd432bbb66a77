"""What reading a damaged database file raises."""

from __future__ import annotations

import sqlite3

# A text that is no UTF-8 is told in one way or the other, and a length that is rubbish
# wants more memory than there is.
DAMAGE = (sqlite3.Error, UnicodeDecodeError, MemoryError)
