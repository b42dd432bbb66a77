-- Money moves by more than one provider (trade/payments.py): what the customer is to do
-- (prompt, redirect, immediate, manual), and the provider's page where there is one.
ALTER TABLE payment ADD COLUMN kind TEXT NOT NULL DEFAULT 'prompt';
ALTER TABLE payment ADD COLUMN redirect_url TEXT NOT NULL DEFAULT '';
