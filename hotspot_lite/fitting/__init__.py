"""Where a router and the rules of `onboarding` meet: reads it, changes nothing yet."""
