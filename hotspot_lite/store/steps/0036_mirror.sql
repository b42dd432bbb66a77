-- What the router was last told of a customer's time, and its counters at that moment:
-- what it counts beyond them was used without us.
CREATE TABLE mirror (
  customer_id INTEGER PRIMARY KEY REFERENCES customer,
  username TEXT NOT NULL UNIQUE,
  subscription_id INTEGER NOT NULL REFERENCES subscription,
  newest_id INTEGER NOT NULL, rate TEXT NOT NULL,
  limit_seconds INTEGER NOT NULL, limit_bytes INTEGER,
  base_seconds INTEGER NOT NULL, base_in INTEGER NOT NULL, base_out INTEGER NOT NULL,
  written_at INTEGER NOT NULL);
CREATE INDEX mirror_subscription ON mirror (subscription_id);
