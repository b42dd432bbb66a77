"""That nothing is lost, and nothing kept too long.

backups, elsewhere (copies on another machine), recovery (after a broken file), moving
(to another box), tidying, lasting (how long each table's rows stay). After a restore:
recovered; salvage_rules (what comes of each table), salvage (how), salvage_money,
salvage_vouchers, salvage_time.
"""
