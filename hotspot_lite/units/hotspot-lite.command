#!/bin/sh
# Written by hotspot-lite's install.sh. Root becomes the service user: what root wrote
# into the data folder, the service could not change.
export HOTSPOT_CONFIG="${HOTSPOT_CONFIG:-@config@}"
export PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2050  # a name stands there when it is installed
if [ "$(id -u)" -eq 0 ] && [ "@user@" != root ]; then
    groups=@group@,@shared@
    # The services may not read the machine's journal; whoever is root here may.
    case "${1:-}" in
    log | doctor) ! getent group systemd-journal >/dev/null || groups=$groups,systemd-journal ;;
    esac
    set -- setpriv --reuid=@user@ --regid=@group@ --groups="$groups" -- "@venv@/bin/hotspot-lite" "$@"
else
    set -- "@venv@/bin/hotspot-lite" "$@"
fi
exec "$@"
