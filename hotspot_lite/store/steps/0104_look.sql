-- How the portal looks and whom customers call: one row, or none.
CREATE TABLE look (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  color TEXT NOT NULL DEFAULT '', help TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT '', logo BLOB, logo_kind TEXT NOT NULL DEFAULT '');
