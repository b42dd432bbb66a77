-- Coming back: codes by SMS, and which device took whose time over (trade/returning.py).
CREATE TABLE phone_code (
  id INTEGER PRIMARY KEY, phone TEXT NOT NULL, code_hash TEXT NOT NULL,
  made_at INTEGER NOT NULL, tries INTEGER NOT NULL, used_at INTEGER);
CREATE INDEX phone_code_phone ON phone_code (phone, made_at);
CREATE TABLE move (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer,
  mac TEXT NOT NULL, how TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX move_customer ON move (customer_id, at);
-- When its device was last called online: it may come back long after it was made.
ALTER TABLE subscription ADD COLUMN called_at INTEGER;
