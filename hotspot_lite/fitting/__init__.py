"""Fitting a router to this box: reads it, keeps a copy, takes the plan's steps, proves.

What is right is known in `onboarding`; here is what it takes to get there and, where
that fails, back.
"""
