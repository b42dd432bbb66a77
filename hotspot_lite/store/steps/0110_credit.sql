-- A package on credit: which one, for whom, and what is owed. One debt each at a time.
CREATE TABLE credit_offer (
  id INTEGER PRIMARY KEY, plan_id INTEGER NOT NULL REFERENCES plan (id),
  purchases INTEGER NOT NULL);
CREATE TABLE debt (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
  subscription_id INTEGER NOT NULL UNIQUE REFERENCES subscription (id),
  amount_cents INTEGER NOT NULL, at INTEGER NOT NULL,
  closed_at INTEGER, payment_id INTEGER REFERENCES payment (id),
  forgiven_by TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX debt_open ON debt (customer_id) WHERE closed_at IS NULL;
ALTER TABLE payment ADD COLUMN debt_id INTEGER REFERENCES debt (id);
CREATE INDEX payment_debt ON payment (debt_id) WHERE debt_id IS NOT NULL;
