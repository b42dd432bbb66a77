"""hotspot-lite <noun> <verb>: everything a person or a script asks of the box.

Exit codes: 0 done, 1 it failed and says why, 2 the command line is wrong, 3 what was
asked about does not run.
"""

from hotspot_lite.cli.line import main, parser

__all__ = ["main", "parser"]
