-- What a box has after so many sales: run by years.py, in one transaction, with
-- :now, :sales and :apart (seconds between two sales).
--
-- `n` has a row for each sale: its number, when it was, and whose (customer c). One of
-- ten prompts comes to nothing; of the rest some are cash, an agent's or paid by hand.
CREATE TEMP TABLE n AS
  WITH RECURSIVE one(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM one WHERE i < :sales)
  SELECT i, :now - (:sales - i) * :apart - 60 AS at,
    1 + (i * 7919) % max(10, min(20000, :sales / 5)) AS c,
    CASE WHEN i > :sales - 3 THEN 'open' WHEN i % 10 = 0 THEN 'failed'
      WHEN i % 7 = 5 THEN 'cash' WHEN i % 100 = 33 THEN 'agent'
      WHEN i % 20 = 11 THEN 'hand' ELSE 'prompt' END AS how,
    CASE WHEN i % 9 = 4 THEN 86400 ELSE 3600 END AS seconds
  FROM one;
CREATE TEMP TABLE day AS
  SELECT DISTINCT date(at, 'unixepoch') AS day, min(at) AS at, max(i) AS i
  FROM n GROUP BY 1 ORDER BY 1;

-- People.
INSERT INTO customer (id, phone, username, secret, made_at, email)
  SELECT c, printf('2547%08d', c), printf('c%07d', c), printf('s%07d', c), min(at), ''
  FROM n GROUP BY c;
INSERT INTO device (mac, customer_id, ip, seen_at)
  SELECT printf('0A:00:00:%02X:%02X:%02X', c / 65536, c / 256 % 256, c % 256), c,
    '10.5.50.9', max(at) FROM n GROUP BY c;
INSERT INTO move (customer_id, mac, how, at)
  SELECT c, '0A:00:00:00:00:01', 'code', at FROM n WHERE i % 10 = 7;
INSERT INTO opted_out (address, at, how)
  SELECT DISTINCT printf('2547%08d', c), 0, 'link' FROM n WHERE c % 50 = 3;
INSERT INTO audit (at, who, what, detail)
  SELECT at, 'jane', 'plan', 'changed' FROM n WHERE i % 10 = 3;
INSERT INTO customer_note (customer_id, at, who, text)
  SELECT c, at, 'jane', 'He is deaf.' FROM n WHERE i % 200 = 7;

-- Money.
INSERT INTO payment (id, ref, token_hash, state, plan_id, terms, amount_cents, phone,
    mac, ip, login_url, checkout_request_id, receipt, result_code, result_text,
    settled_by, asked_at, sent_at, paid_at, queries, clock_believed, provider, kind)
  SELECT i, printf('ref%07d', i), printf('hash%07d', i),
    CASE how WHEN 'open' THEN 'sent' WHEN 'failed' THEN 'failed' ELSE 'paid' END, 1,
    (SELECT terms FROM given), 2000, printf('2547%08d', c),
    printf('0A:00:00:%02X:%02X:%02X', c / 65536, c / 256 % 256, c % 256), '10.5.50.9',
    '', CASE WHEN how IN ('open', 'failed', 'prompt') THEN printf('ws_CO_%d', i) END,
    CASE WHEN how IN ('prompt', 'hand') THEN printf('UKM%07d', i) END, '0', '',
    CASE how WHEN 'cash' THEN 'counter' WHEN 'agent' THEN 'agent'
      WHEN 'hand' THEN 'c2b' ELSE 'callback' END, at, at,
    CASE WHEN how NOT IN ('open', 'failed') THEN at + 12 END, 0, 1,
    CASE WHEN how IN ('cash', 'agent') THEN how ELSE 'mpesa' END,
    CASE WHEN how IN ('open', 'failed', 'prompt') THEN 'prompt' ELSE 'immediate' END
  FROM n;
INSERT INTO callback (payment_id, digest, body, peer, received_at, verdict)
  SELECT i, printf('%064x', i), randomblob(500), '196.201.214.200', at + 12,
    iif(how = 'failed', 'failed', 'paid') FROM n WHERE how IN ('failed', 'prompt');
INSERT INTO told_paid (payment_id, checkout_request_id, receipt, told_at, ended_at,
    came_to)
  SELECT i, printf('ws_CO_%d', i), printf('UKM%07d', i), at + 12, at + 14, 'agreed'
  FROM n WHERE how = 'prompt';
INSERT INTO refund (payment_id, amount_cents, way, state, is_whole, receipt, says, who,
    why, asked_at, done_at)
  SELECT i, 2000, 'hand', 'done', 1, '', '', 'jane', 'not served', at + 60, at + 60
  FROM n WHERE how = 'prompt' AND i % 500 = 1;
INSERT INTO transfer_body (id, digest, body, peer, received_at, verdict)
  SELECT i, printf('%064x', i), randomblob(300), '', at, 'matched'
  FROM n WHERE how = 'hand';
INSERT INTO transfer (receipt, amount_cents, account, phone_hash, phone_hint, payer,
    state, payment_id, received_at)
  SELECT printf('UKM%07d', i), 2000, 'A1', printf('%064x', c), '', '', 'matched', i, at
  FROM n WHERE how = 'hand';
INSERT INTO claim (receipt, mac, ip, login_url, payment_id, made_at)
  SELECT printf('UKM%07d', i), '0A:00:00:00:00:01', '', '', i, at
  FROM n WHERE how = 'hand';
INSERT INTO inquiry (id, ref, token_hash, kind, receipt, payment_id, state,
    conversation, code, says, asked_at, sent_at, answered_at)
  SELECT i, printf('q%d', i), printf('t%d', i), 'status', printf('UKM%07d', i), i,
    'answered', '', '0', '', at + 13, at + 13, at + 15
  FROM n WHERE how = 'prompt' AND i % 50 = 1;
INSERT INTO inquiry_body (inquiry_id, digest, body, is_timeout, peer, received_at,
    verdict)
  SELECT id, printf('%064x', id), randomblob(500), 0, '', answered_at, 'paid'
  FROM inquiry;
INSERT INTO undecided (kind, payment_id, says, at, resolved_at, resolution)
  SELECT 'unpaid', i, 'It was late.', at, at + 600, 'done' FROM n WHERE i % 200 = 9;

-- Vouchers: half as many as sales, four of five used.
INSERT INTO voucher_batch (id, plan_id, terms, made_at, made_by)
  SELECT i / 60 + 1, 1, (SELECT terms FROM given), min(at), 'jane' FROM n GROUP BY 1;
INSERT INTO voucher (id, batch_id, code, redeemed_at, redeemed_mac)
  SELECT i / 2, i / 60 + 1,
    substr('bcdfghjkmnpqrstvwxyz', i / 200000 % 20 + 1, 1)
      || substr('bcdfghjkmnpqrstvwxyz', i / 20000 % 20 + 1, 1)
      || substr('bcdfghjkmnpqrstvwxyz', i / 1000 % 20 + 1, 1)
      || substr('bcdfghjkmnpqrstvwxyz', i / 50 % 20 + 1, 1)
      || substr('bcdfghjkmnpqrstvwxyz', i / 2 % 20 + 1, 1)
      || printf('-%05d', 22222 + i % 7), iif(i / 2 % 5, at, NULL),
    iif(i / 2 % 5, '0A:00:00:00:00:01', '')
  FROM n WHERE i % 2 = 0;
INSERT INTO staff (id, name, password, made_at, role)
  VALUES (1, 'jane', '-', 0, 'cashier'), (2, 'amina', '-', 0, 'agent');
INSERT INTO agent (staff_id, commission_bp, limit_cents) VALUES (2, 1000, 100000000);
INSERT INTO shift (id, staff, opened_at, float_cents, closed_at, counted_cents,
    closed_by, note)
  SELECT row_number() OVER (), 'jane', at, 0, at + 40000, 0, 'jane', '' FROM day;
INSERT INTO cash_sale (payment_id, shift_id, voucher_id, voided_by, reason)
  SELECT i, (SELECT max(id) FROM shift WHERE opened_at <= at), i / 7 + 1, '', ''
  FROM n WHERE how = 'cash';
INSERT INTO agent_sale (payment_id, agent_id, voucher_id, sent_to, back_by, reason)
  SELECT i, 2, :sales / 4 + i / 100, '', '', '' FROM n WHERE how = 'agent';
INSERT INTO agent_entry (agent_id, at, kind, amount_cents, payment_id, who, note)
  SELECT 2, at, 'sale', -2000, i, 'amina', '' FROM n WHERE how = 'agent';

-- Time: of payments, of vouchers, and a few hours for nothing.
INSERT INTO subscription (id, customer_id, payment_id, voucher_id, plan_name,
    price_cents, duration_seconds, data_bytes, data_used_bytes, rate, devices,
    starts_at, expires_at, ended_at, mac, ip, access, access_says, admitted_at,
    made_at, fair, happy, full_rate)
  SELECT i, c, i, NULL, '1 Hour', 2000, seconds, iif(i % 9 = 1, 1000000000, NULL),
    1000, '2M/4M', 1, at + 12, at + 12 + seconds,
    iif(at + 12 + seconds <= :now, at + 12 + seconds, NULL),
    printf('0A:00:00:%02X:%02X:%02X', c / 65536, c / 256 % 256, c % 256), '10.5.50.9',
    'admitted', '', at + 13, at + 12, iif(i % 9 = 4, '2G day 512k/1M', ''),
    iif(i % 9 = 2, '22:00-06:00 10M/20M', ''), iif(i % 9 IN (2, 4), '2M/4M', '')
  FROM n WHERE how IN ('prompt', 'hand')
  UNION ALL
  SELECT :sales + i / 2, c, NULL, i / 2, '1 Hour', 2000, 3600, NULL, 1000, '2M/4M', 1,
    at, at + 3600, iif(at + 3600 <= :now, at + 3600, NULL), '0A:00:00:00:00:01', '',
    'admitted', '', at, at, '', '', ''
  FROM n WHERE i % 2 = 0 AND i / 2 % 5
  UNION ALL
  SELECT 2 * :sales + i, c, NULL, NULL, 'Free', 0, 600, NULL, 1000, '1M/1M', 1, at,
    at + 600, iif(at + 600 <= :now, at + 600, NULL), '0A:00:00:00:00:01', '',
    'admitted', '', at, at, '', '', ''
  FROM n WHERE i % 20 = 3;
INSERT INTO free_use (day, mac, subscription_id)
  SELECT date(made_at, 'unixepoch'), printf('0A:%d', id), id FROM subscription
  WHERE id > 2 * :sales;
INSERT INTO debt (customer_id, subscription_id, amount_cents, at, closed_at, payment_id)
  SELECT c, i, 2000, at, at + 7200, i FROM n
  WHERE how = 'prompt' AND i % 100 = 2 AND at + 7200 < :now;
INSERT INTO session (uniq, subscription_id, username, mac, ip, nas, acct_session_id,
    started_at, seen_at, ended_at, seconds, octets_in, octets_out, cause)
  SELECT printf('%032x', id), id, printf('c%07d', customer_id), mac, '10.5.50.9',
    '10.5.50.1', printf('%08x', id), starts_at, coalesce(ended_at, :now - 60),
    ended_at, duration_seconds, 500, 500, iif(ended_at, 'Session-Timeout', '')
  FROM subscription WHERE made_at > :now - 400 * 86400;
INSERT INTO usage_day (day, uniq, octets_in, octets_out, seconds)
  SELECT date(started_at, 'unixepoch'), uniq, 500, 500, seconds FROM session;

-- Words, and the house.
INSERT INTO letter_kind (kind, is_on, amount) VALUES ('receipt', 1, 0),
  ('expiring', 1, 15), ('expired', 1, 0), ('welcome', 1, 30), ('thanks', 1, 10),
  ('outage', 1, 30);
INSERT INTO message (kind, phone, text, subscription_id, state, provider_id, says,
    made_at, sent_at, delivery)
  SELECT 'credentials', printf('2547%08d', customer_id), 'Your login is …', id, 'sent',
    printf('p%d', id), '', made_at, made_at, 'delivered'
  FROM subscription WHERE id <= :sales AND made_at > :now - 180 * 86400;
INSERT INTO event (at, channel, type, body)
  SELECT at, 'admin-notifications', 'told',
    '{"type": "told", "title": "Told", "timestamp": "2026-01-01T00:00:00Z"}'
  FROM n, (SELECT 1 AS k UNION SELECT 2 UNION SELECT 3)
  WHERE at > :now - 30 * 86400 ORDER BY at;
INSERT INTO sync_item (kind, local_id, sync_uuid, remote_id, state, priority, attempts,
    error, hash, made_at, done_at)
  SELECT kind, i, kind || i, 'r' || i, 'completed', 1, 1, '', '', at, at + 60
  FROM n, (SELECT 'sale' AS kind UNION SELECT 'money')
  WHERE how NOT IN ('open', 'failed');
INSERT INTO mailed_report (day, address, state, says, at)
  SELECT day, 'olive@example.org', 'sent', '', at FROM day;
INSERT INTO made_good (since, until, why, who, at, reached, people, seconds, done_at)
  SELECT at, at + 600, 'power', 'jane', at + 900, 5, 5, 3000, at + 900 FROM day
  WHERE i % 7 = 0;
INSERT INTO router_figure
  SELECT :now - value * 300, 5, 40, 10, 45, 1000000, 200000, 30, 20
  FROM (WITH RECURSIVE k(value) AS
    (SELECT 1 UNION ALL SELECT value + 1 FROM k WHERE value < min(25920, :sales))
    SELECT value FROM k);
DROP TABLE n;
DROP TABLE day;
