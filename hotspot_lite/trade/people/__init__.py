"""Who is who: customers and the staff.

customers, phones (numbers as they are written), emails; staff, passwords,
second_factor; tokens (of programs).
"""
