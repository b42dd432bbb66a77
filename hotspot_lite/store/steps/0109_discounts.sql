-- Codes that make a package cheaper; and who brought a friend.
CREATE TABLE discount (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE,
  percent INTEGER NOT NULL DEFAULT 0, off_cents INTEGER NOT NULL DEFAULT 0,
  plan_id INTEGER REFERENCES plan (id),
  most INTEGER, per_phone INTEGER NOT NULL DEFAULT 1,
  ends_at INTEGER, stopped_at INTEGER,
  made_at INTEGER NOT NULL, made_by TEXT NOT NULL);
ALTER TABLE payment ADD COLUMN discount_id INTEGER REFERENCES discount (id);
ALTER TABLE payment ADD COLUMN brought_by_id INTEGER REFERENCES customer (id);
CREATE INDEX payment_discount ON payment (discount_id, phone)
  WHERE discount_id IS NOT NULL;
CREATE INDEX payment_brought ON payment (brought_by_id)
  WHERE brought_by_id IS NOT NULL;
