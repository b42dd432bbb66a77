"""Time given without a payment just now, and given back to whom it belongs.

vouchers, credit, free, friends; making_good (of an outage), owed (which letters that
takes), helping (at the counter); returning and pairing (the same customer on another
device).
"""
