"""The rules of the trade: one module for each noun. This is the map.

Goods: catalogue (packages), vouchers, batches; rates and amounts as people write
them; fair, happy (what a package's speed depends on); free;
discounts, friends (who pays less); credit, debts.

Money in: payments, asking (who may be asked), hearsay (callbacks and queries),
confirming, inbox, settled; by hand: accounts, paybill, transfers, matching, claims,
receipts; at the counter: cash; by people who sell for a commission: agents,
agent_sales; sold (what either handed over).

Money watched: ledger, undecided (the exceptions list), resolving, overdue, silence,
refunds, inquiries, results; money_audit by the rules in books and wrongs, comparing
with a statement; payment_list and story to look at it.

Time: subscriptions, access (is the device online), order, pausing, making_good;
sessions, counting, usage, presence, online (who is there just now), overstay, speeds;
returning, pairing (devices without a browser), trial; mirror and mirrored (the router's
own copy).

People: customers, phones, emails, helping (at the counter); staff, passwords,
second_factor, tokens (of programs).

Words: letters (written by themselves), owed (when), messages; campaigns, drafts,
audiences, optout; deliveries, delivery_words (what arrived).

Back office: imports, importing, newcomers, uploads; exports, mailed, reports; syncing;
hooks.

The house: events, audit, errands, conditions, router_checks, figures, numbers, trend,
beginning, look, preferences, listing, backups, recovery, moving, tidying.

After a restore: recovered; salvage_rules (what comes of each table), salvage (how),
salvage_money, salvage_vouchers, salvage_time.

The tables are in models, a module for each subject. A module may import those that
stand on less than it does: never in a circle.
"""
