"""What a payment is, and that it happened once.

payments, prompts (how old one is on its phone), ledger (a chain that is only added to),
undecided (the exceptions list), asking (who may be asked), transfers (paid by hand),
settled and sold (what is paid before it is asked for), debts.
"""
