"""The rules of the trade: a room for each subject, a module in it for each noun.

This is the map, from the ground up. A room may import those above it in this list and
never one below; modules within a room never import each other in a circle
(tests/test_rooms.py holds both).

models      the tables, a module for each subject
house       events, audit, conditions, errands: what all others lean on
people      customers, staff, tokens
goods       packages, prices, discounts
messaging   SMS and e-mail
money       payments, the ledger, the exceptions list
service     time on the network: subscriptions, sessions, access
grants      time without a payment just now: vouchers, credit, free, made good
takings     the ways money comes in, and back
reckoning   audits of the money, and looking at it
office      imports, exports, reports, other programs
keeping     backups, recovery, moving house, tidying

What each module is for stands in its room's `__init__`.
"""
