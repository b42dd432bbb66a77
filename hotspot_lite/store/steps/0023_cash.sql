-- The counter: who stands at it from when to when, and what was sold for cash.
CREATE TABLE shift (
  id INTEGER PRIMARY KEY, staff TEXT NOT NULL, opened_at INTEGER NOT NULL,
  float_cents INTEGER NOT NULL CHECK (float_cents >= 0), closed_at INTEGER,
  counted_cents INTEGER, closed_by TEXT NOT NULL, note TEXT NOT NULL,
  CHECK ((closed_at IS NULL) = (counted_cents IS NULL)));
CREATE UNIQUE INDEX shift_open ON shift (staff) WHERE closed_at IS NULL;
CREATE TABLE cash_sale (
  payment_id INTEGER PRIMARY KEY REFERENCES payment,
  shift_id INTEGER NOT NULL REFERENCES shift,
  voucher_id INTEGER UNIQUE REFERENCES voucher,
  voided_at INTEGER, voided_by TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX cash_sale_shift ON cash_sale (shift_id);
CREATE INDEX cash_sale_voided ON cash_sale (voided_at) WHERE voided_at IS NOT NULL;
-- A voucher whose sale was taken back buys nothing.
ALTER TABLE voucher ADD COLUMN voided_at INTEGER;
