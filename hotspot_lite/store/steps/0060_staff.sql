-- A manager's role, a second factor, and where each session was begun. Everybody signs
-- in anew: the sessions hang on the table that is made anew.
DELETE FROM login;
CREATE TABLE staff_new (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'cashier', 'viewer')),
  made_at INTEGER NOT NULL, totp_secret TEXT NOT NULL DEFAULT '',
  totp_step INTEGER NOT NULL DEFAULT 0, recovery TEXT NOT NULL DEFAULT '[]',
  locked_at INTEGER, must_change INTEGER NOT NULL DEFAULT 0
);
INSERT INTO staff_new (id, name, password, role, made_at)
  SELECT id, name, password, role, made_at FROM staff;
DROP TABLE staff;
ALTER TABLE staff_new RENAME TO staff;
ALTER TABLE login ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE login ADD COLUMN agent TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_who ON audit (who, id);
