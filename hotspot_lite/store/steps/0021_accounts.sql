-- What a device's owner types as the account when paying by hand.
CREATE TABLE account_code (
  code TEXT PRIMARY KEY, mac TEXT NOT NULL UNIQUE, ip TEXT NOT NULL,
  login_url TEXT NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID;
