-- Messages that are written by themselves: the owner's own words, which are sent, and
-- in which language a customer bought.
CREATE TABLE letter (
  kind TEXT NOT NULL, lang TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (kind, lang)) WITHOUT ROWID;
CREATE TABLE letter_kind (
  kind TEXT PRIMARY KEY, is_on INTEGER NOT NULL, amount INTEGER NOT NULL
) WITHOUT ROWID;
ALTER TABLE payment ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN lang TEXT NOT NULL DEFAULT '';
