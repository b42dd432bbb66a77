-- What each session used on each day of the place; the sum over a session's days is
-- the session's own counters (trade/usage.py).
CREATE TABLE usage_day (
  day TEXT NOT NULL,
  uniq TEXT NOT NULL REFERENCES session ON UPDATE CASCADE,
  octets_in INTEGER NOT NULL, octets_out INTEGER NOT NULL, seconds INTEGER NOT NULL,
  PRIMARY KEY (day, uniq)) WITHOUT ROWID;
CREATE INDEX usage_day_session ON usage_day (uniq);
-- What a session had used when the router's counters began anew.
ALTER TABLE session ADD COLUMN carried_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN carried_out INTEGER NOT NULL DEFAULT 0;
-- What was used before there were days is put on the day it was last heard of.
INSERT INTO usage_day
  SELECT date(seen_at, 'unixepoch'), uniq, octets_in, octets_out, seconds
  FROM session WHERE octets_in + octets_out + seconds > 0;
