"""Money watched: does all that was paid match all that was given?

money_audit by the rules in books and wrongs, comparing with a statement; overdue and
silence find what should have come, resolving is what a person does about it;
payment_list and story to look at it.
"""
