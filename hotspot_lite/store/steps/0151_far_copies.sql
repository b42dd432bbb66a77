-- Copies of backups on another machine, as they were last seen there.
CREATE TABLE far_copy (
  name TEXT PRIMARY KEY, place TEXT NOT NULL, at INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0));
