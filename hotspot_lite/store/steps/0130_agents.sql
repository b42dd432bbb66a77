-- Agents: people who sell vouchers for a commission, on an account of their own.
-- The role's list is one longer; a CHECK goes with its column, so the column is made
-- anew and every other one, whoever added it, stays as it is.
ALTER TABLE staff ADD COLUMN role_new TEXT NOT NULL DEFAULT 'viewer'
  CHECK (role_new IN ('owner', 'manager', 'cashier', 'viewer', 'agent'));
UPDATE staff SET role_new = role;
ALTER TABLE staff DROP COLUMN role;
ALTER TABLE staff RENAME COLUMN role_new TO role;
CREATE TABLE agent (
  staff_id INTEGER PRIMARY KEY REFERENCES staff,
  commission_bp INTEGER NOT NULL CHECK (commission_bp BETWEEN 0 AND 10000),
  limit_cents INTEGER NOT NULL CHECK (limit_cents >= 0));
CREATE TABLE agent_sale (
  payment_id INTEGER PRIMARY KEY REFERENCES payment,
  agent_id INTEGER NOT NULL REFERENCES agent,
  voucher_id INTEGER NOT NULL UNIQUE REFERENCES voucher,
  sent_to TEXT NOT NULL, back_at INTEGER, back_by TEXT NOT NULL,
  reason TEXT NOT NULL);
CREATE INDEX agent_sale_of ON agent_sale (agent_id, payment_id);
CREATE TABLE agent_entry (
  id INTEGER PRIMARY KEY, agent_id INTEGER NOT NULL REFERENCES agent,
  at INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN
    ('sale', 'commission', 'sale-back', 'commission-back', 'paid-in', 'correction')),
  amount_cents INTEGER NOT NULL, payment_id INTEGER REFERENCES payment,
  who TEXT NOT NULL, note TEXT NOT NULL, once TEXT UNIQUE CHECK (once <> ''),
  CHECK ((payment_id IS NULL) = (kind IN ('paid-in', 'correction'))));
CREATE INDEX agent_entry_of ON agent_entry (agent_id, id, at, amount_cents);
CREATE UNIQUE INDEX agent_entry_sale ON agent_entry (payment_id, kind)
  WHERE payment_id IS NOT NULL;
-- An account is only ever added to.
CREATE TRIGGER agent_entry_stays BEFORE UPDATE ON agent_entry
  BEGIN SELECT RAISE(ABORT, 'an account is only added to'); END;
CREATE TRIGGER agent_entry_is_kept BEFORE DELETE ON agent_entry
  BEGIN SELECT RAISE(ABORT, 'an account is only added to'); END;
