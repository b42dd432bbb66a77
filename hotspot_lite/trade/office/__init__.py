"""The owner's desk: what goes in and out by the thousand, and how it goes.

imports, importing, newcomers, uploads; exports, mailed, reports; syncing (to the
bookkeeping), hooks (to other programs); beginning (first steps), numbers, trend.
"""
