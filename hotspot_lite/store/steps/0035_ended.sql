-- What ended lately is asked for every two seconds: is it cut off at the router?
CREATE INDEX subscription_ended ON subscription (ended_at)
  WHERE ended_at IS NOT NULL;
