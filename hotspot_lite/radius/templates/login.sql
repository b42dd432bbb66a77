SELECT v.verdict,
  v.username = :username,
  v.secret,
  v.seconds_left,
  v.rate,
  v.data_low,
  v.data_high,
  (SELECT count(DISTINCT upper(s.mac)) FROM session s
    WHERE s.username IN (SELECT v.username UNION ALL
        SELECT d.mac FROM device d WHERE d.customer_id = v.customer_id)
      AND s.ended_at IS NULL
      AND s.seen_at > v.at - 900
      AND upper(s.mac) <> upper(:mac)) >= v.devices,
  CAST(v.subscription_id AS TEXT),
  EXISTS (SELECT 1 FROM device_block b
    WHERE b.mac IN (:mac, lower(:mac))
      AND b.until > v.at)
    AND NOT EXISTS (SELECT 1 FROM device d
      WHERE d.mac IN (:mac, lower(:mac))
        AND d.customer_id = v.customer_id),
  CAST(v.devices AS TEXT)
FROM radius_access v
WHERE v.customer_id = coalesce(
  (SELECT id FROM customer WHERE username = :username),
  (SELECT customer_id FROM device
    WHERE mac IN (:name_mac, lower(:name_mac))))
UNION ALL
SELECT 'unknown', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  EXISTS (SELECT 1 FROM device_block b
    WHERE b.mac IN (:mac, lower(:mac))
      AND b.until > (SELECT at FROM moment)), NULL
LIMIT 1
