"""Money in, and back: each way it comes, to the last word on it.

By phone: hearsay (callbacks and queries), confirming, inbox; by hand: accounts,
paybill, matching, claims, receipts; at the counter: cash; by people who sell for a
commission: agents, agent_sales; back: refunds. inquiries and results: what M-Pesa is
asked, and what it says.
"""
