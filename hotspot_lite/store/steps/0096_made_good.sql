-- Outages that were made good: from when to when, how far it came, so that nobody gets
-- the same minutes twice.
CREATE TABLE made_good (
  id INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL,
  why TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL,
  reached INTEGER NOT NULL, people INTEGER NOT NULL, seconds INTEGER NOT NULL,
  done_at INTEGER
);
