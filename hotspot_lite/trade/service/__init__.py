"""What was bought: time and data on the network, counted and ended.

subscriptions, access (is the device let in), order, pausing, trial; sessions, counting,
usage, presence, online (who is there just now), overstay, speeds; redating (the clock
was wrong); mirror and mirrored (the router's own copy), router_checks.
"""
