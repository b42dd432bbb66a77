"""The customers' pages: no cookie, no JavaScript needed, a few kilobytes each.

front (what is on sale, being online), purchase and waiting (paying), promo (a code),
claim (who has paid already), given (free, on credit), returning and mytime (time that
is left), stop (no more messages), captive (RFC 8908). sheet and visitor: the frame of
a page, and who opened it; guarded: where something could be guessed; own: what they
have.
"""
