"""hotspot-lite: sells WiFi from one small box beside one MikroTik router."""

__version__ = "0.1.0"
