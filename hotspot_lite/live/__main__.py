"""python -m hotspot_lite.live: the live feed alone."""

from hotspot_lite.live import main

main()
