"""The staff's pages, one module for each line of the menu (`web.menu`).

What they share: login (roles, CSRF), desk (frame, prices, times), pieces (big files),
charts. home is the first screen; what it shows at one moment is `web.board`'s.
"""
