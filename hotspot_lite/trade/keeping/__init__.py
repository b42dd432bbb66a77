"""That nothing is lost, and nothing kept too long.

backups, elsewhere (their copies on another machine), recovery, recovered (after a
broken file), moving (to another box), tidying.
"""
