-- The trade, the queue, and what FreeRADIUS reads.
CREATE TABLE plan (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  duration_seconds INTEGER NOT NULL CHECK (duration_seconds > 0),
  data_bytes INTEGER CHECK (data_bytes > 0), rate TEXT NOT NULL CHECK (rate <> ''),
  devices INTEGER NOT NULL CHECK (devices > 0),
  starts TEXT NOT NULL CHECK (starts IN ('sale', 'first-use')),
  on_sale INTEGER NOT NULL, made_at INTEGER NOT NULL);
CREATE TABLE customer (
  id INTEGER PRIMARY KEY, phone TEXT UNIQUE, username TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL, made_at INTEGER NOT NULL);
CREATE TABLE payment (
  id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, token_hash TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('asked','sent','uncertain','paid','failed')),
  plan_id INTEGER REFERENCES plan, terms TEXT NOT NULL,
  amount_cents INTEGER NOT NULL, phone TEXT NOT NULL, mac TEXT NOT NULL,
  ip TEXT NOT NULL, login_url TEXT NOT NULL, merchant_request_id TEXT,
  checkout_request_id TEXT UNIQUE CHECK (checkout_request_id <> ''),
  receipt TEXT UNIQUE CHECK (receipt <> ''), result_code TEXT NOT NULL,
  result_text TEXT NOT NULL, settled_by TEXT NOT NULL, asked_at INTEGER NOT NULL,
  sent_at INTEGER, answered_at INTEGER, paid_at INTEGER, queries INTEGER NOT NULL,
  clock_believed INTEGER NOT NULL);
CREATE INDEX payment_open ON payment (asked_at)
  WHERE state IN ('asked', 'sent', 'uncertain');
CREATE INDEX payment_paid ON payment (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX payment_phone ON payment (phone, asked_at);
CREATE INDEX payment_mac ON payment (mac, asked_at);
CREATE INDEX payment_plan ON payment (plan_id);
CREATE TABLE callback (
  id INTEGER PRIMARY KEY, payment_id INTEGER NOT NULL REFERENCES payment,
  digest TEXT NOT NULL, body BLOB NOT NULL, peer TEXT NOT NULL,
  received_at INTEGER NOT NULL, verdict TEXT NOT NULL);
CREATE UNIQUE INDEX callback_once ON callback (payment_id, digest);
CREATE TABLE voucher_batch (
  id INTEGER PRIMARY KEY, plan_id INTEGER REFERENCES plan, terms TEXT NOT NULL,
  made_at INTEGER NOT NULL, made_by TEXT NOT NULL);
CREATE TABLE voucher (
  id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES voucher_batch,
  code TEXT NOT NULL UNIQUE, redeemed_at INTEGER, redeemed_mac TEXT NOT NULL);
CREATE INDEX voucher_of_batch ON voucher (batch_id);
CREATE TABLE subscription (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer,
  payment_id INTEGER UNIQUE REFERENCES payment,
  voucher_id INTEGER UNIQUE REFERENCES voucher,
  plan_name TEXT NOT NULL, price_cents INTEGER NOT NULL,
  duration_seconds INTEGER NOT NULL, data_bytes INTEGER,
  data_used_bytes INTEGER NOT NULL, rate TEXT NOT NULL CHECK (rate <> ''),
  devices INTEGER NOT NULL, starts_at INTEGER, expires_at INTEGER, ended_at INTEGER,
  mac TEXT NOT NULL, ip TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('waiting', 'admitted', 'failed', 'none')),
  access_says TEXT NOT NULL, admitted_at INTEGER, made_at INTEGER NOT NULL,
  CHECK ((starts_at IS NULL) = (expires_at IS NULL)));
CREATE INDEX subscription_live ON subscription (customer_id, id)
  WHERE ended_at IS NULL;
CREATE INDEX subscription_made ON subscription (made_at);
CREATE INDEX subscription_running ON subscription (expires_at)
  WHERE ended_at IS NULL;
CREATE TABLE device (
  mac TEXT PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer,
  ip TEXT NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX device_customer ON device (customer_id);
CREATE TABLE device_block (
  mac TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE session (
  uniq TEXT PRIMARY KEY, subscription_id INTEGER REFERENCES subscription,
  username TEXT NOT NULL, mac TEXT NOT NULL, ip TEXT NOT NULL, nas TEXT NOT NULL,
  acct_session_id TEXT NOT NULL, started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL, ended_at INTEGER, seconds INTEGER NOT NULL,
  octets_in INTEGER NOT NULL, octets_out INTEGER NOT NULL,
  cause TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX session_live ON session (username, mac) WHERE ended_at IS NULL;
CREATE INDEX session_of ON session (subscription_id);
CREATE TABLE message (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, phone TEXT NOT NULL,
  text TEXT NOT NULL, subscription_id INTEGER REFERENCES subscription,
  state TEXT NOT NULL CHECK
    (state IN ('waiting', 'sending', 'sent', 'failed', 'uncertain')),
  provider_id TEXT NOT NULL, says TEXT NOT NULL, made_at INTEGER NOT NULL,
  sent_at INTEGER);
CREATE UNIQUE INDEX message_once ON message (subscription_id, kind);
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,
  channel TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE undecided (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL,
  payment_id INTEGER REFERENCES payment, says TEXT NOT NULL, at INTEGER NOT NULL,
  resolved_at INTEGER);
CREATE UNIQUE INDEX undecided_once ON undecided (payment_id, kind)
  WHERE resolved_at IS NULL;
CREATE TABLE staff (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'cashier', 'viewer')),
  made_at INTEGER NOT NULL);
CREATE TABLE login (
  token_hash TEXT PRIMARY KEY, staff_id INTEGER NOT NULL REFERENCES staff,
  csrf TEXT NOT NULL, made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX login_staff ON login (staff_id);
CREATE TABLE stored (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL,
  what TEXT NOT NULL, detail TEXT NOT NULL);

-- The queue: `job` and `failed_job` are in the file in /run too (jobs/tables.py).
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, name TEXT NOT NULL,
  args TEXT NOT NULL, tags TEXT NOT NULL, once TEXT,
  due_at REAL NOT NULL, made_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX job_once ON job (name, once) WHERE once IS NOT NULL;
CREATE INDEX job_due ON job (lane, due_at, id);
CREATE TABLE failed_job (
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, name TEXT NOT NULL,
  args TEXT NOT NULL, tags TEXT NOT NULL, attempts INTEGER NOT NULL,
  error TEXT NOT NULL, traceback TEXT NOT NULL, first_at REAL NOT NULL,
  last_at REAL NOT NULL, times INTEGER NOT NULL, retried_at REAL);
CREATE UNIQUE INDEX failed_job_same ON failed_job (name, args);

-- One flat row for each login, for FreeRADIUS and the embedded responder alike
-- (facts: every number is text, NULL is "not sent", `verdict` decides, no clock but
-- one that never goes back behind the newest event).
CREATE VIEW moment AS SELECT max(unixepoch(),
  coalesce((SELECT at FROM event ORDER BY seq DESC LIMIT 1), 0)) AS at;
CREATE VIEW radius_access AS
SELECT c.id AS customer_id, c.username, c.secret, s.id AS subscription_id,
  s.rate, s.devices,
  CASE
    WHEN s.id IS NULL THEN 'expired'
    WHEN s.data_bytes IS NOT NULL AND s.data_used_bytes >= s.data_bytes
      THEN 'data-used-up'
    WHEN s.expires_at <= (SELECT at FROM moment) THEN 'expired'
    WHEN s.starts_at > (SELECT at FROM moment) THEN 'not-yet'
    ELSE 'ok' END AS verdict,
  CAST(min(coalesce(max(s.expires_at - (SELECT at FROM moment), 1),
    s.duration_seconds), 86400) AS TEXT) AS seconds_left,
  CAST(max(s.data_bytes - s.data_used_bytes, 0) & 4294967295 AS TEXT) AS data_low,
  CAST(max(s.data_bytes - s.data_used_bytes, 0) >> 32 AS TEXT) AS data_high
FROM customer c LEFT JOIN subscription s ON s.id = (
  SELECT t.id FROM subscription t
  WHERE t.customer_id = c.id AND t.ended_at IS NULL
  ORDER BY (t.expires_at IS NULL OR t.expires_at > (SELECT at FROM moment))
      AND (t.data_bytes IS NULL OR t.data_used_bytes < t.data_bytes) DESC,
    coalesce(t.starts_at, 9e15), t.id
  LIMIT 1);
