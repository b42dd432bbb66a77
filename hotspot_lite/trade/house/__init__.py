"""What every room of the trade leans on: what happened, what is wrong, what to do.

events (told to browsers and letters), audit (who changed what), conditions (what is
wrong just now), errands (what only the worker may do), figures (the router's load),
look (name and colours), preferences (settings on a page), listing (pages of rows),
room (what the disk allows).
"""
