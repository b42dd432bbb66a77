"""Words that leave the box: SMS and e-mail, one by one or to many.

letters (written by themselves), messages (one each, once); campaigns, drafts,
audiences, optout; deliveries, delivery_words (what arrived).
"""
