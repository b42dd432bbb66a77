"""A pretend town that speaks the real protocols; tests and demo play in it.

`whole.Town` is all of it; each module is one inhabitant and stands alone.
"""
