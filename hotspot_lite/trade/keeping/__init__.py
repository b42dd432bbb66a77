"""That nothing is lost, and nothing kept too long.

backups, recovery, recovered (after a broken file), moving (to another box), tidying.
"""
