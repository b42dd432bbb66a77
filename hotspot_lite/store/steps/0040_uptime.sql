-- Time that counts online only: how much a package has, and how much is used.
ALTER TABLE plan ADD COLUMN uptime_seconds INTEGER CHECK (uptime_seconds > 0);
ALTER TABLE subscription ADD COLUMN uptime_seconds INTEGER
  CHECK (uptime_seconds > 0);
ALTER TABLE subscription ADD COLUMN used_seconds INTEGER NOT NULL DEFAULT 0;
UPDATE subscription SET used_seconds = (
  SELECT coalesce(sum(s.seconds), 0) FROM session s
  WHERE s.subscription_id = subscription.id) WHERE ended_at IS NULL;
DROP VIEW radius_access;
CREATE VIEW radius_access AS
SELECT c.id AS customer_id, c.username, c.secret, s.id AS subscription_id,
  s.rate, s.devices,
  CASE
    WHEN s.id IS NULL THEN 'expired'
    WHEN s.data_bytes IS NOT NULL AND s.data_used_bytes >= s.data_bytes
      THEN 'data-used-up'
    WHEN s.uptime_seconds IS NOT NULL AND s.used_seconds >= s.uptime_seconds
      THEN 'expired'
    WHEN s.expires_at <= (SELECT at FROM moment) THEN 'expired'
    WHEN s.starts_at > (SELECT at FROM moment) THEN 'not-yet'
    ELSE 'ok' END AS verdict,
  CAST(min(coalesce(max(s.expires_at - (SELECT at FROM moment), 1),
    s.duration_seconds),
    coalesce(max(s.uptime_seconds - s.used_seconds, 1), 86400), 86400) AS TEXT)
    AS seconds_left,
  CAST(max(s.data_bytes - s.data_used_bytes, 0) & 4294967295 AS TEXT) AS data_low,
  CAST(max(s.data_bytes - s.data_used_bytes, 0) >> 32 AS TEXT) AS data_high
FROM customer c LEFT JOIN subscription s ON s.id = (
  SELECT t.id FROM subscription t
  WHERE t.customer_id = c.id AND t.ended_at IS NULL
  ORDER BY (t.expires_at IS NULL OR t.expires_at > (SELECT at FROM moment))
      AND (t.data_bytes IS NULL OR t.data_used_bytes < t.data_bytes)
      AND (t.uptime_seconds IS NULL OR t.used_seconds < t.uptime_seconds) DESC,
    coalesce(t.starts_at, 9e15), t.id
  LIMIT 1);
