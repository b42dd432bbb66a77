"""python -m hotspot_lite: the same as the command hotspot-lite."""

import sys

from hotspot_lite.cli import main

sys.exit(main())
