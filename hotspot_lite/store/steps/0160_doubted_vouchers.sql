-- Vouchers that may have been used before a backup was restored: nobody knows. One
-- device redeems few of them a day.
ALTER TABLE voucher ADD COLUMN doubted_at INTEGER;
CREATE INDEX voucher_doubted ON voucher (redeemed_mac, redeemed_at)
  WHERE doubted_at IS NOT NULL;
