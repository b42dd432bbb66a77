-- A box of years answers like a new one. What was given back counts in the takings of
-- its day, and what was decided is shown newest first: a few rows among all of years.
CREATE INDEX refund_done ON refund (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX undecided_decided ON undecided (resolved_at) WHERE resolved_at IS NOT NULL;
-- Reports count what came and went in a stretch of time; of two facts of a sale this is
-- one.
CREATE INDEX money_fact_moved ON money_fact (at)
  WHERE kind IN ('taken', 'refunded', 'reversed');
-- What a customer bought before: asked by letters, by accounting without a Class, by
-- who overstays, and on the customer's page.
CREATE INDEX subscription_customer ON subscription (customer_id);
