-- Lists of payments stay fast at a million: by when, by amount, and by the ways to pay
-- that few use. Most pay by M-Pesa, and a list of those needs no index.
CREATE INDEX payment_asked ON payment (asked_at, id);
CREATE INDEX payment_amount ON payment (amount_cents, id);
CREATE INDEX payment_rare ON payment (provider, asked_at) WHERE provider <> 'mpesa';
