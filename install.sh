#!/bin/sh
# Installs hotspot-lite from this checkout; `./install.sh --help` says how.
#
# All of it is functions and `main` is called on the last line: half a file does
# nothing, and tests source it with HL_SOURCED=1. Nothing is written that is there
# already, so a second run changes nothing and mends what a first one left half done.
set -eu

LEAST_SPACE_MB=500
LEAST_PYTHON=3.11
SERVICES="web worker live radius"
SAFE_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# HL_… steer the installer, for tests and odd machines; HOTSPOT_… are settings of the
# program, and those that are set at the first install are written to config.toml.
configure() {
    HERE=$(cd "$(dirname "$0")" && pwd)
    HERE=${HL_HERE:-$HERE}
    HL_ROOT=${HL_ROOT:-}                 # a folder to install under, instead of /
    HL_USER=${HL_USER:-hotspot-lite}     # the service user
    HL_GROUP=${HL_GROUP:-$HL_USER}
    HL_SHARED=${HL_SHARED:-hotspot-radius}  # the group of what FreeRADIUS shares with it
    HL_PYTHON=${HL_PYTHON:-}             # the Python to build on
    HL_VENV=${HL_VENV:-}                 # the virtual environment
    HL_SKIP_APT=${HL_SKIP_APT:-}         # 1: install no Debian package
    HL_SKIP_PIP=${HL_SKIP_PIP:-}         # 1: HL_VENV has everything already
    HL_UNLOCKED=${HL_UNLOCKED:-}         # 1: take what pip finds, without requirements.lock
    HL_INIT=${HL_INIT:-$(init_system)}   # systemd or none
    HL_WAIT=${HL_WAIT:-30}               # seconds to wait until the box answers
    OPT=$HL_ROOT/opt/hotspot-lite
    ETC=$HL_ROOT/etc/hotspot-lite
    DATA=$HL_ROOT/var/lib/hotspot-lite
    RUN=$HL_ROOT/run/hotspot-lite
    LOG=$HL_ROOT/var/log/hotspot-lite
    UNITS=$HL_ROOT/etc/systemd/system
    JOURNALD=$HL_ROOT/etc/systemd/journald@hotspot-lite.conf
    JOURNALD_UNIT=$UNITS/systemd-journald@hotspot-lite.service.d
    MODEM_RULES=$HL_ROOT/etc/polkit-1/rules.d/50-hotspot-lite.rules
    TMPFILES=$HL_ROOT/etc/tmpfiles.d
    COMMAND=$HL_ROOT/usr/local/bin/hotspot-lite
    PID_FILE=$HL_ROOT/run/hotspot-lite-serve.pid
    CONFIG=$ETC/config.toml
    RADDB=$ETC/raddb
    STATE=$OPT/state
    LOCK=$HERE/requirements.lock
    WHEELS=                              # a folder that pip takes all packages from
    [ ! -d "$HERE/wheels" ] || WHEELS=$HERE/wheels
    CHANGES=0
    FORCED=
}

# -- Saying -----------------------------------

say() { printf '%s\n' "$*"; }

die() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

changed() {
    CHANGES=$((CHANGES + 1))
    say "  $*"
}

usage() {
    cat <<'TEXT'
usage:
  ./install.sh --demo [--once]   set up here and run the box with a pretend town;
                                 --once: end after one sale
  ./install.sh --test [...]      set up here and run the tests; [...] goes to pytest
  sudo ./install.sh [--force]    install the real box on this machine, or bring it up
                                 to date; --force: also on a system never tried on
  sudo ./install.sh --answers FILE
                                 the same, with the settings of FILE (as config.toml
                                 is written) at the first installation
  [sudo] ./install.sh --wheels DIR [...]
                                 any of these with the Python packages of a folder and
                                 none from a network; wheels/ beside this file is taken
                                 without being named
  sudo ./install.sh --dry-run    look, and say what would be done; writes nothing
  sudo ./install.sh --rollback   back to the program before the last update
  sudo ./install.sh --uninstall  take the program away; customers, money and settings
                                 stay for the next installation
  sudo ./install.sh --purge [--yes]
                                 take everything away, for ever; asks unless --yes
  ./install.sh --help
TEXT
}

# Run a command whose output matters only when it fails.
quiet() { "$@" >"$SCRATCH/out" 2>&1 </dev/null; }

# End with the last words of a command that failed.
die_of_it() {
    tail -n 20 "$SCRATCH/out" >&2
    die "$1"
}

# Both: quietly "What failed." cmd…
quietly() {
    what=$1
    shift
    quiet "$@" || die_of_it "$what"
}

# -- Looking at the machine -----------------------------------

is_root() { [ "$(id -u)" -eq 0 ]; }

has() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }

init_system() { if [ -d /run/systemd/system ]; then echo systemd; else echo none; fi; }

# One word of os-release, read in a subshell: it sets NAME and more.
os_word() (
    file=${HL_OS_RELEASE:-/etc/os-release}
    # shellcheck disable=SC1090
    [ ! -r "$file" ] || . "$file"
    eval "printf '%s' \"\${$1-}\""
)

is_known_system() {
    case "$(os_word ID)-$(os_word VERSION_ID)" in
    debian-12 | debian-13 | raspbian-12 | raspbian-13) return 0 ;;
    *) return 1 ;;
    esac
}

check_system() {
    is_known_system && return
    name=$(os_word PRETTY_NAME)
    tried="Debian or Raspberry Pi OS, 12 or 13"
    if [ -n "$1" ] && [ -z "$FORCED" ]; then
        die "This is ${name:-an unknown system}; it was made for $tried. To try anyway: sudo ./install.sh --force"
    fi
    say "This is ${name:-an unknown system}; it was made for $tried. Trying anyway."
}

check_bits() {
    bits=$(getconf LONG_BIT 2>/dev/null || echo 64)
    [ "$bits" = 64 ] ||
        die "This system is $bits-bit, and parts of the program exist for 64-bit only: install the 64-bit system image."
}

check_space() {
    at=$1
    while [ ! -d "$at" ]; do at=$(dirname "$at"); done
    free=$(df -Pk "$at" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge "$LEAST_SPACE_MB" ] ||
        die "Only $free MB are free at $at, and $LEAST_SPACE_MB MB are needed: make room there."
}

is_new_enough() {
    "$1" - "$LEAST_PYTHON" >/dev/null 2>&1 <<'PYTHON'
import sys
least = tuple(int(part) for part in sys.argv[1].split("."))
sys.exit(sys.version_info[:2] < least)
PYTHON
}

makes_venvs() { "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; }

# Debian's own first: one under somebody's home is closed to the service user.
pythons() {
    if [ -n "$HL_PYTHON" ]; then
        echo "$HL_PYTHON"
        return
    fi
    for name in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        command -v "$name" 2>/dev/null || true
    done
}

pick_python() {
    PYTHON=
    incomplete=
    for python in $(pythons); do
        is_new_enough "$python" || continue
        if makes_venvs "$python"; then
            PYTHON=$python
            return 0
        fi
        incomplete=${incomplete:-$python}
    done
    return 1
}

find_python() {
    pick_python && return
    line="apt-get install -y python3 python3-venv"
    if may_apt; then
        apt_install python3 python3-venv
        pick_python && return
    fi
    [ -z "$incomplete" ] ||
        die "$incomplete lacks venv and ensurepip. Run as root: $line"
    die "Python $LEAST_PYTHON or newer is needed. Run as root: $line"
}

# -- Debian packages -----------------------------------

may_apt() { is_root && [ -z "$HL_SKIP_APT" ] && has apt-get; }

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@"; }

apt_install() {
    say "Installing Debian packages: $*"
    INSTALLED="${INSTALLED:-} $*"
    # The lists of a fresh image are empty or old: fetch them only when needed.
    if ! apt_get install --no-install-recommends "$@" >"$SCRATCH/out" 2>&1 </dev/null; then
        quietly "The package lists can't be fetched: see to the internet connection, then run this again." \
            apt_get update
        quietly "Debian's packages can't be installed: $*. Mend what apt says above, then run this again." \
            apt_get install --no-install-recommends "$@"
    fi
}

# The Debian packages of those commands that are missing: missing command:package…
missing() {
    for pair in "$@"; do
        has "${pair%%:*}" || printf '%s ' "${pair#*:}"
    done
}

# Install what is missing where we may; else say what to run, and go on without.
want_packages() {
    lack=$(missing "$@")
    [ -n "$lack" ] || return 0
    # Who brings the wheels may have no network, and that is no reason to stop here.
    # shellcheck disable=SC2086
    if may_apt && [ -z "$WHEELS" ]; then
        apt_install $lack
        return
    elif may_apt && (apt_install $lack); then
        INSTALLED="${INSTALLED:-} $lack"
        return
    fi
    say "Missing and done without: $lack. To have them, run as root: apt-get install -y $lack"
}

# -- Python packages -----------------------------------

# pip of an environment: pip_of PYTHON words… With a folder of wheels it asks nothing
# else, whatever its configuration names.
pip_of() {
    python=$1
    shift
    if [ -n "$WHEELS" ]; then
        PIP_CONFIG_FILE=/dev/null "$python" -m pip --isolated install --no-input \
            --no-index --find-links "$WHEELS" "$@"
    else
        "$python" -m pip install --no-input "$@"
    fi
}

# Whether the lock is for this machine and Python; it names both on a line of its own.
fits_lock() {
    [ -z "$HL_UNLOCKED" ] && [ -r "$LOCK" ] || return 1
    ours=$(sed -n 's/^# for \(.*\)/ \1 /p' "$LOCK")
    for word in $(machine_of "$1"); do
        case "$ours" in
        *" $word "*) ;;
        *)
            say "requirements.lock has no packages for this machine and Python ($(machine_of "$1")): taking those that pip finds, unchecked."
            return 1
            ;;
        esac
    done
}

machine_of() {
    "$1" -c 'import platform, sys; print("%d.%d" % sys.version_info[:2], platform.machine())'
}

# Name the packages of the lock that the folder hasn't for this machine and Python.
missing_wheels() {
    "$1" - "$LOCK" "$WHEELS" <<'PYTHON'
import pathlib, re, sys
from pip._vendor.packaging.tags import sys_tags
from pip._vendor.packaging.utils import InvalidWheelFilename, parse_wheel_filename

lock, folder = map(pathlib.Path, sys.argv[1:])
ours, there = set(sys_tags()), {}
for file in sorted(folder.glob("*.whl")):
    try:
        name, version, _, tags = parse_wheel_filename(file.name)
    except InvalidWheelFilename:
        continue
    there.setdefault((name, str(version)), []).append((file.name, tags))
for name, version in re.findall(r"(?m)^([\w-]+)==(\S+)", lock.read_text()):
    files = there.get((name, version), [])
    if not any(tags & ours for _, tags in files):
        other = f" (there is only {files[0][0]})" if files else ""
        print(f"  {name} {version}{other}")
PYTHON
}

check_wheels() {
    lack=$(missing_wheels "$1")
    [ -n "$lack" ] || return 0
    say "In $WHEELS these are missing for this machine and Python ($(machine_of "$1")):" >&2
    say "$lack" >&2
    die "Take the release for $(uname -m), or add those wheels. With internet, run it without that folder: pip fetches them."
}

NO_PACKAGES="The Python packages can't be installed: see to the internet connection or pip's configuration, then run this again. Without internet take a release with wheels: docs/install.md says how."

# Put the program and all that it runs on into an environment:
# install_packages strict|lenient PYTHON [-e] SOURCE. What the lock names is installed
# with its hashes. Where that can't be had, the demo and the tests take what there is;
# the real box, which holds money, doesn't.
install_packages() {
    mode=$1
    inside=$2
    shift 2
    [ -z "$WHEELS" ] || say "The Python packages come from $WHEELS."
    if fits_lock "$inside" && install_locked; then
        set -- --no-build-isolation "$@"
    fi
    quietly "$NO_PACKAGES" pip_of "$inside" "$@"
}

install_locked() {
    [ -z "$WHEELS" ] || check_wheels "$inside"
    ! quiet pip_of "$inside" --only-binary :all: --require-hashes -r "$LOCK" || return 0
    [ -z "$WHEELS" ] ||
        die_of_it "The wheels in $WHEELS are not whole, or not those of requirements.lock: copy the release anew and compare its sha256."
    if grep -q 'connection broken' "$SCRATCH/out" && ! grep -q 'DO NOT MATCH' "$SCRATCH/out"; then
        die_of_it "$NO_PACKAGES"
    fi
    [ "$mode" = lenient ] ||
        die_of_it "What pip's index gives is not what requirements.lock names, by version and hash. Ask why first; to take it all the same: sudo HL_UNLOCKED=1 ./install.sh"
    grep '^ERROR' "$SCRATCH/out" | head -n 1 | cut -c1-200 >&2
    say "What pip's index gives is not what requirements.lock names: taking it here, unchecked. The real box would not."
    return 1
}

# -- Virtual environment in the checkout: --demo and --test -----------------------------------

# What an installation follows from: names and contents of files, by hash.
hash_of() {
    (cd "$HERE" && find "$@" -type f ! -name '*.pyc' ! -path '*/.*' -exec sha256sum {} +) |
        LC_ALL=C sort | sha256sum | cut -c1-16
}

python_mark() { "$1" -c 'import sys; print(sys.executable, sys.version)'; }

# Bring .venv up to date with setup.py; `extra` is "" or "test".
make_checkout_venv() {
    extra=$1
    VENV=${HL_VENV:-$HERE/.venv}
    [ -z "$HL_SKIP_PIP" ] || return 0
    mark="$(hash_of setup.py pyproject.toml requirements.lock) $HERE $(python_mark "$PYTHON")"
    stamp=$VENV/installed${extra:+-$extra}
    if [ "$(cat "$stamp" 2>/dev/null)" = "$mark" ] && "$VENV/bin/python" -c '' 2>/dev/null; then
        return 0
    fi
    say "Setting up the Python packages in $VENV (a minute or so the first time)…"
    "$VENV/bin/python" -c '' 2>/dev/null ||
        quietly "No virtual environment could be made at $VENV: see that you may write there." \
            "$PYTHON" -m venv --clear "$VENV"
    install_packages lenient "$VENV/bin/python" -e "$HERE${extra:+[$extra]}"
    printf '%s\n' "$mark" >"$stamp"
    # What the tests need includes what the demo needs.
    printf '%s\n' "$mark" >"$VENV/installed"
}

prepare_checkout() {
    check_system ""
    check_bits
    check_space "${HL_VENV:-$HERE}"
    find_python
}

run_demo() {
    prepare_checkout
    want_packages freeradius:freeradius radclient:freeradius-utils
    make_checkout_venv ""
    clean_up
    exec "$VENV/bin/hotspot-lite" demo "$@"
}

run_tests() {
    prepare_checkout
    # Where Debian would start it with the package, a shell would be open to the network.
    if [ -d /run/systemd/system ]; then sshd=; else sshd=sshd:openssh-server; fi
    want_packages freeradius:freeradius radclient:freeradius-utils \
        chromium:chromium shellcheck:shellcheck ${sshd:+"$sshd"}
    make_checkout_venv test
    clean_up
    cd "$HERE"
    # Two at a time, a file each: most tests wait for something. `-n 0`: one by one.
    exec "$VENV/bin/python" -m pytest -n auto --maxprocesses 2 \
        --dist loadfile --no-loadscope-reorder "$@"
}

# -- Writing, only what differs -----------------------------------

# Give a file or folder its owner; whoever isn't root can give to nobody else.
own() { if is_root; then chown "$1" "$2"; fi; }

look_of() { stat -c '%a %U:%G' "$1" 2>/dev/null || echo none; }

# Give a file or folder mode and owner: guard MODE OWNER:GROUP PATH
guard() {
    before=$(look_of "$3")
    [ "$before" != "$1 $2" ] || return 0
    own "$2" "$3"
    chmod "$1" "$3"
    [ "$before" = "$(look_of "$3")" ] || changed "owner and mode of $3: $(look_of "$3")"
}

# folder MODE OWNER:GROUP PATH
folder() {
    if [ -d "$3" ]; then
        guard "$@"
        return
    fi
    mkdir -p "$3"
    own "$2" "$3"
    chmod "$1" "$3"
    changed "folder $3"
}

# Make a file hold what comes in, all of it or as before: put MODE OWNER:GROUP PATH
put() {
    cat >"$SCRATCH/put"
    if cmp -s "$SCRATCH/put" "$3"; then
        guard "$@"
        return
    fi
    new=$(mktemp "$3.XXXXXX")
    cat "$SCRATCH/put" >"$new"
    own "$2" "$new"
    chmod "$1" "$new"
    mv -f "$new" "$3"
    changed "wrote $3"
}

# The state remembers with what a process was started: remembered NAME, remember NAME TEXT
remembered() { cat "$STATE/$1" 2>/dev/null || true; }

remember() { printf '%s\n' "$2" >"$STATE/$1"; }

# -- The real box -----------------------------------

# Run as the service user, with no setting but those of config.toml, and away from the
# checkout, whose package Python would otherwise take.
as_service() (
    cd /
    set -- env -i PATH="$SAFE_PATH" HOME="$DATA" LANG=C.UTF-8 \
        PYTHONDONTWRITEBYTECODE=1 HOTSPOT_CONFIG="$CONFIG" "$@"
    if [ "$(id -un)" = "$HL_USER" ]; then
        exec "$@"
    fi
    exec setpriv --reuid="$HL_USER" --regid="$HL_GROUP" --groups="$HL_GROUP,$HL_SHARED" -- "$@"
)

# What is root's; the service user may reach one folder of its own in the scratch.
make_base() {
    folder 755 root:root "$OPT"
    folder 755 root:root "$STATE"
    folder 755 root:root "$ETC"
    mkdir -p "$(dirname "$COMMAND")" "$(dirname "$RUN")" "$(dirname "$DATA")"
    own "root:$HL_GROUP" "$SCRATCH"
    chmod 710 "$SCRATCH"
}

is_member() { id -nG "$1" | tr ' ' '\n' | grep -qx "$2"; }

add_group() {
    ! getent group "$1" >/dev/null || return 0
    groupadd --system "$1"
    changed "group $1"
}

join() {
    ! is_member "$1" "$2" || return 0
    usermod --append --groups "$2" "$1"
    changed "user $1 is in group $2"
}

# Two groups: the service's own may read config.toml with its keys, the shared one is
# for what FreeRADIUS reads and writes with us. Its user is in the second only; boxes
# installed earlier had it in the first.
make_user() {
    [ -z "$HL_ROOT" ] || return 0
    add_group "$HL_GROUP"
    add_group "$HL_SHARED"
    if ! getent passwd "$HL_USER" >/dev/null; then
        useradd --system --gid "$HL_GROUP" --home-dir "$DATA" --no-create-home \
            --shell /usr/sbin/nologin "$HL_USER"
        changed "user $HL_USER"
    fi
    join "$HL_USER" "$HL_SHARED"
    getent passwd freerad >/dev/null || return 0
    join freerad "$HL_SHARED"
    if is_member freerad "$HL_GROUP"; then
        gpasswd --delete freerad "$HL_GROUP" >/dev/null
        changed "user freerad is no longer in group $HL_GROUP"
    fi
}

make_folders() {
    # setgid: FreeRADIUS and we share the files by the folder's group.
    folder 2770 "$HL_USER:$HL_SHARED" "$DATA"
    share_files
    folder 2770 "$HL_USER:$HL_GROUP" "$RUN"
}

# Give the database and the spool of a former layout the group that new ones get.
share_files() {
    is_root || return 0
    set -- "$DATA"/hotspot.db* "$DATA/spool" ! -group "$HL_SHARED"
    [ -n "$(find "$@" -print -quit 2>/dev/null)" ] || return 0
    # Others may write there: -execdir and -h follow no link that one of them sets
    # meanwhile. A file that a running box has taken away meanwhile is no error.
    PATH=$SAFE_PATH find "$@" -execdir chgrp -h "$HL_SHARED" {} + 2>/dev/null || :
    changed "database and spool in $DATA belong to group $HL_SHARED"
}

# A new folder for each state of the source, and a link to the one in use: an
# installation that breaks off leaves the running box as it was.
make_program() {
    VENV=${HL_VENV:-$OPT/venv}
    PROGRAM=$(hash_of setup.py pyproject.toml requirements.lock hotspot_lite static)
    [ -z "$HL_SKIP_PIP" ] || return 0
    PROGRAM=$PROGRAM-$(python_mark "$PYTHON" | sha256sum | cut -c1-8)
    release=$OPT/releases/$PROGRAM
    if [ ! -e "$release/complete" ]; then
        say "Setting up the program in $release (a minute or two)…"
        build_release "$release"
        changed "program $PROGRAM"
    fi
    [ "$(readlink "$VENV" || true)" != "$release" ] || return 0
    old=$(readlink "$VENV" || true)
    use_release "$release"
    drop_releases "$release" "$old"
}

use_release() {
    ln -sfn "$1" "$VENV.new"
    mv -T "$VENV.new" "$VENV"
    changed "$VENV is now $1"
}

build_release() {
    rm -rf "$1"
    mkdir -p "$OPT/releases" "$SCRATCH/source"
    # From a copy: building leaves folders of its own beside setup.py.
    for name in setup.py pyproject.toml README.md LICENSE hotspot_lite static; do
        cp -R "$HERE/$name" "$SCRATCH/source/"
    done
    quietly "No virtual environment could be made at $1." "$PYTHON" -m venv "$1"
    install_packages strict "$1/bin/python" "$SCRATCH/source"
    : >"$1/complete"
}

# Keep the release in use and the one before it.
drop_releases() {
    for release in "$OPT"/releases/*; do
        case "$release" in "$1" | "$2") ;; *) rm -rf "$release" ;; esac
    done
}

check_service_python() {
    as_service "$VENV/bin/python" -c 'import hotspot_lite' 2>"$SCRATCH/out" && return
    tail -n 3 "$SCRATCH/out" >&2
    die "The user $HL_USER can't run $VENV/bin/python: set HL_PYTHON to a Python that is open to all, such as /usr/bin/python3."
}

make_command() {
    unit hotspot-lite.command >"$SCRATCH/unit"
    put 755 root:root "$COMMAND" <"$SCRATCH/unit"
}

# Whether the service user may take this port; a port somebody else has counts as one.
may_bind() {
    as_service "$VENV/bin/python" - "$1" <<'PYTHON'
import socket, sys
try:
    socket.socket().bind(("0.0.0.0", int(sys.argv[1])))
except PermissionError:
    sys.exit(1)
except OSError:
    pass
PYTHON
}

# config.toml, made once: the answers, HOTSPOT_… of this run before them, a new secret, what this machine needs.
make_config() {
    if [ -e "$CONFIG" ]; then
        guard 640 "root:$HL_GROUP" "$CONFIG"
        [ -z "${ANSWERS:-}" ] || say "  $CONFIG is there already: the answers are not used"
        return
    fi
    web_port=
    if [ "$HL_INIT" = none ] && [ -z "${HOTSPOT_WEB_PORT:-}" ] && ! may_bind 80; then
        web_port=8080
        say "  without systemd port 80 is closed to $HL_USER: the portal gets port 8080"
    fi
    server=embedded
    ! has freeradius || server=freeradius
    folders=
    [ -z "$HL_ROOT" ] || folders="$DATA $RUN"
    # shellcheck disable=SC2086
    (
        cd /
        HOTSPOT_CONFIG=${ANSWERS:-/nonexistent} "$VENV/bin/python" - "$server" "$web_port" $folders >"$SCRATCH/config" <<'PYTHON'
import secrets, sys
from hotspot_lite import settings
from hotspot_lite.errors import HotspotError

server, web_port, *folders = sys.argv[1:]
values = {"radius.secret": secrets.token_hex(16), "radius.server": server}
if web_port:
    values["web.port"] = int(web_port)
if folders:
    values.update(zip(("box.data_dir", "box.run_dir"), folders))
try:
    given = settings.load()
except HotspotError as exc:
    sys.exit(f"install.sh: {exc}")
values.update({name: given[name] for name in given.origins})
sys.stdout.write(settings.as_toml(values))
PYTHON
    ) || exit 1
    put 640 "root:$HL_GROUP" "$CONFIG" <"$SCRATCH/config"
}

make_database() {
    as_service "$VENV/bin/hotspot-lite" db migrate --json >"$SCRATCH/migrated" 2>"$SCRATCH/out" || {
        cat "$SCRATCH/migrated" "$SCRATCH/out" >&2
        die "The database could not be made in $DATA: mend what is said above, then run this again."
    }
    grep -q '"applied": \[\]' "$SCRATCH/migrated" || changed "database $DATA/hotspot.db"
}

# Where config.toml puts the folders, if its owner has moved them.
read_folders() {
    as_service "$VENV/bin/python" - >"$SCRATCH/settings" <<'PYTHON' || exit 1
import sys
from hotspot_lite import settings
from hotspot_lite.errors import HotspotError

try:
    found = settings.load()
except HotspotError as exc:
    sys.exit(f"install.sh: {exc}")
for name in ("box.data_dir", "box.run_dir"):
    print(name, found[name])
PYTHON
    DATA=$(value_of box.data_dir)
    RUN=$(value_of box.run_dir)
}

# Read once what the units and the checks need, the admin page's settings included.
read_settings() {
    as_service "$VENV/bin/python" - >"$SCRATCH/settings" <<'PYTHON' || exit 1
import sys
from hotspot_lite.box import open_box
from hotspot_lite.errors import HotspotError
from hotspot_lite.trade.people import staff

try:
    found = open_box().settings
except HotspotError as exc:
    sys.exit(f"install.sh: {exc}")
for name in (
    "web.host", "web.port", "live.host", "live.port",
    "radius.server", "radius.host", "radius.auth_port", "radius.acct_port",
    "router.host", "mpesa.consumer_key", "backup.elsewhere", "sms.provider",
):
    print(name, found[name])
print("owner", "yes" if staff.is_set_up() else "no")
PYTHON
}

value_of() { sed -n "s/^$1 //p" "$SCRATCH/settings"; }

# Copies of backups go to another machine by OpenSSH's programs, if they go at all.
want_ssh() {
    [ -n "$(value_of backup.elsewhere)" ] || return 0
    INSTALLED=
    want_packages sftp:openssh-client
    [ -z "$INSTALLED" ] || remember packages "$(remembered packages)$INSTALLED"
}

uses_freeradius() { [ "$(value_of radius.server)" = freeradius ]; }

# FreeRADIUS's own folder: root's, readable to freerad, the secret to nobody else.
make_raddb() {
    uses_freeradius || return 0
    group=root
    ! getent group freerad >/dev/null || group=freerad
    folder 750 "root:$group" "$RADDB"
    mkdir -p "$SCRATCH/raddb"
    own "$HL_USER:$HL_GROUP" "$SCRATCH/raddb"
    as_service "$VENV/bin/python" - "$RADDB" "$SCRATCH/raddb" <<'PYTHON' || exit 1
import os, sys
from pathlib import Path
from hotspot_lite.box import open_box
from hotspot_lite.errors import HotspotError
from hotspot_lite.radius import config

os.umask(0o077)
folder, out = map(Path, sys.argv[1:])
try:
    texts = config.rendered(folder, open_box().settings)
except HotspotError as exc:
    sys.exit(f"install.sh: {exc}")
for name, text in texts.items():
    (out / name).write_text(text, encoding="utf-8")
PYTHON
    for file in "$SCRATCH"/raddb/*; do
        # shellcheck disable=SC2094  # two files of one name
        put 640 "root:$group" "$RADDB/${file##*/}" <"$file"
    done
    check_raddb
}

check_raddb() {
    has freeradius ||
        die "FreeRADIUS is not installed: run apt-get install -y freeradius, or set server = \"embedded\" under [radius] in $CONFIG."
    set -- freeradius -C -l stdout -d "$RADDB"
    if is_root && [ -z "$HL_ROOT" ]; then
        set -- setpriv --reuid=freerad --regid=freerad --init-groups -- "$@"
    fi
    quietly "FreeRADIUS does not take the configuration in $RADDB: mend the setting it names, then run this again." \
        env PATH="$SAFE_PATH" "$@"
}

# -- Ports -----------------------------------

# The ports of ours that somebody else has, as a list of words.
taken_ports() {
    "$VENV/bin/python" - "$(value_of web.port)" "$(value_of live.port)" \
        "$(value_of radius.auth_port)" "$(value_of radius.acct_port)" <<'PYTHON'
import errno, socket, sys
kinds = [("tcp", socket.SOCK_STREAM)] * 2 + [("udp", socket.SOCK_DGRAM)] * 2
for (name, kind), port in zip(kinds, sys.argv[1:]):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", int(port)))
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                print(f"{port}/{name}")
PYTHON
}

check_ports() {
    taken=$(taken_ports | tr '\n' ' ')
    [ -z "$taken" ] ||
        die "Another program has port ${taken% }: stop it, or set other ports in $CONFIG, then run this again."
}

# Debian starts its own FreeRADIUS, on the ports that ours is to have.
stop_debians_radius() {
    [ -z "$HL_ROOT" ] || return 0
    case "$(value_of radius.auth_port) $(value_of radius.acct_port)" in
    *1812* | *1813*) ;;
    *) return 0 ;;
    esac
    if [ "$HL_INIT" = systemd ]; then
        [ "$(systemctl is-enabled freeradius.service 2>/dev/null || true)" != masked ] || return 0
        systemctl cat freeradius.service >/dev/null 2>&1 || return 0
        systemctl disable --now --quiet freeradius.service 2>/dev/null || true
        systemctl mask --quiet freeradius.service
        remember masked-freeradius yes
        changed "Debian's freeradius.service is stopped and masked: ours takes its ports"
    elif debians_radius_runs; then
        /etc/init.d/freeradius stop >/dev/null 2>&1 || true
        update-rc.d freeradius disable >/dev/null 2>&1 || true
        changed "Debian's own FreeRADIUS is stopped: ours takes its ports"
    fi
}

debians_radius_runs() {
    pid=$(cat /run/freeradius/freeradius.pid 2>/dev/null) || return 1
    [ -x /etc/init.d/freeradius ] && kill -0 "$pid" 2>/dev/null
}

# -- Running under systemd -----------------------------------

# One unit of ours, its @names@ filled in: unit FILE
unit() {
    # Into the journal: a log file made by one user would be closed to the other.
    radius="/usr/sbin/freeradius -f -l stdout -d $RADDB"
    radius_user=freerad
    radius_group=freerad
    if ! uses_freeradius; then
        radius="$VENV/bin/hotspot-lite serve radius"
        radius_user=$HL_USER
        radius_group=$HL_GROUP
    fi
    sed -e "s|@venv@|$VENV|g" -e "s|@user@|$HL_USER|g" -e "s|@group@|$HL_GROUP|g" \
        -e "s|@shared@|$HL_SHARED|g" \
        -e "s|@config@|$CONFIG|g" -e "s|@data@|$DATA|g" -e "s|@run@|$RUN|g" \
        -e "s|@web_address@|$(value_of web.host):$(value_of web.port)|g" \
        -e "s|@radius@|$radius|g" -e "s|@radius_user@|$radius_user|g" \
        -e "s|@radius_group@|$radius_group|g" \
        "$HERE/hotspot_lite/units/$1"
}

make_units() {
    mkdir -p "$UNITS" "$TMPFILES" "$JOURNALD_UNIT"
    before=$CHANGES
    for file in "$HERE"/hotspot_lite/units/hotspot-lite*; do
        name=$(basename "$file")
        case "$name" in
        *.tmpfiles) target=$TMPFILES/hotspot-lite.conf ;;
        *.rules | *.journald | *.command) continue ;;
        *.journald-service) target=$JOURNALD_UNIT/hotspot-lite.conf ;;
        *) target=$UNITS/$name ;;
        esac
        put_unit "$name" "$target"
    done
    [ "$CHANGES" = "$before" ] || UNITS_CHANGED=yes
}

put_unit() {
    # Not by a pipe, which would count the change in another process.
    unit "$1" >"$SCRATCH/unit"
    put 644 root:root "$2" <"$SCRATCH/unit"
}

# How the log of our services is kept. It is read at the start of the journal's
# process, which loses no line when it is started anew.
make_journal() {
    before=$CHANGES
    put_unit hotspot-lite.journald "$JOURNALD"
    [ "$CHANGES" != "$before" ] || return 0
    systemctl try-restart systemd-journald@hotspot-lite.service
}

take_away_journal() {
    for unit in journald@hotspot-lite.service journald@hotspot-lite.socket \
        journald-varlink@hotspot-lite.socket; do
        systemctl stop --quiet "systemd-$unit" 2>/dev/null || true
    done
    take_away "$HL_ROOT"/run/log/journal/*.hotspot-lite "$HL_ROOT/run/systemd/journal.hotspot-lite"
}

# -- A GSM modem -----------------------------------

# It is ModemManager's, which asks polkit who may send by it.
allow_modem() {
    if [ "$(value_of sms.provider)" != modem ]; then
        take_away "$MODEM_RULES"
        return
    fi
    want_packages mmcli:modemmanager
    mkdir -p "$(dirname "$MODEM_RULES")"
    put_unit hotspot-lite-modem.rules "$MODEM_RULES"
}

# With what a service is started; FreeRADIUS goes on when only the program changed.
basis_of() {
    units=$UNITS/hotspot-lite-$1
    if [ "$1" = radius ] && uses_freeradius; then
        set -- "$RADDB" "$units.service"
    else
        say "$PROGRAM"
        set -- "$CONFIG" "$units".*
    fi
    find "$@" -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum | cut -c1-16
}

run_under_systemd() {
    UNITS_CHANGED=
    make_units
    [ -z "$UNITS_CHANGED" ] || systemctl daemon-reload
    make_journal
    systemctl enable --quiet hotspot-lite.target hotspot-lite-web.socket \
        hotspot-lite-web.service hotspot-lite-worker.service \
        hotspot-lite-live.service hotspot-lite-radius.service
    if ! systemctl is-active --quiet hotspot-lite.target; then
        stop_serve
        check_ports
        systemctl start hotspot-lite.target
        for service in $SERVICES; do
            remember "started-$service" "$(basis_of "$service")"
        done
        remember started-socket "$(basis_of_socket)"
        changed "started hotspot-lite.target"
    fi
    bring_up_socket
    for service in $SERVICES; do
        bring_up "$service"
    done
}

basis_of_socket() { sha256sum <"$UNITS/hotspot-lite-web.socket"; }

# A socket takes a new port only while its service is stopped.
bring_up_socket() {
    basis=$(basis_of_socket)
    [ "$basis" != "$(remembered started-socket)" ] || return 0
    systemctl stop hotspot-lite-web.socket hotspot-lite-web.service
    systemctl start hotspot-lite-web.socket ||
        die "Another program has port $(value_of web.port): stop it, or set another port in $CONFIG, then run this again."
    remember started-socket "$basis"
    changed "opened port $(value_of web.port)"
}

bring_up() {
    basis=$(basis_of "$1")
    if [ "$basis" = "$(remembered "started-$1")" ] &&
        systemctl is-active --quiet "hotspot-lite-$1.service"; then
        return
    fi
    systemctl restart "hotspot-lite-$1.service" ||
        die "hotspot-lite-$1 does not start: see sudo hotspot-lite log $1, then run this again."
    remember "started-$1" "$basis"
    changed "started hotspot-lite-$1"
}

# -- Running without systemd -----------------------------------

serve_pid() { cat "$PID_FILE" 2>/dev/null || echo 0; }

serve_runs() {
    pid=$(serve_pid)
    [ "$pid" -gt 1 ] 2>/dev/null && [ -r "/proc/$pid/cmdline" ] &&
        tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -e supervisord -e hotspot-lite
}

stop_serve() {
    serve_runs || return 0
    pid=$(serve_pid)
    kill -TERM "$pid"
    tries=0
    while [ -d "/proc/$pid" ] && [ "$tries" -lt 500 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    [ ! -d "/proc/$pid" ] ||
        die "hotspot-lite (process $pid) does not end: wait a minute, then run this again."
    rm -f "$PID_FILE"
}

run_supervised() {
    folder 750 "$HL_USER:$HL_GROUP" "$LOG"
    basis="$PROGRAM $HL_SHARED $(sha256sum <"$CONFIG" | cut -c1-16)"
    if serve_runs && [ "$basis" = "$(remembered started-serve)" ]; then
        return
    fi
    stop_serve
    check_ports
    [ -e "$LOG/serve.log" ] || : >"$LOG/serve.log"
    # Its processes open it anew, by /dev/fd/1.
    own "$HL_USER:$HL_GROUP" "$LOG/serve.log"
    chmod 640 "$LOG/serve.log"
    start_serve
    remember started-serve "$basis"
    changed "started hotspot-lite serve (process $(serve_pid), log $LOG/serve.log)"
}

start_serve() {
    set -- env -i PATH="$SAFE_PATH" HOME="$DATA" LANG=C.UTF-8 \
        PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOTSPOT_CONFIG="$CONFIG" \
        "$VENV/bin/hotspot-lite" serve
    if [ "$(id -un)" != "$HL_USER" ]; then
        set -- setpriv --reuid="$HL_USER" --regid="$HL_GROUP" --groups="$HL_GROUP,$HL_SHARED" -- "$@"
    fi
    (
        cd /
        umask 007
        setsid nohup "$@" >>"$LOG/serve.log" 2>&1 </dev/null 9>&- &
        umask 022
        echo "$!" >"$PID_FILE"
    )
}

# -- Does it work? -----------------------------------

last_words() {
    if [ "$HL_INIT" = systemd ]; then
        journalctl --no-pager -n 30 --namespace=+hotspot-lite -u 'hotspot-lite*' >&2 || true
    else
        for log in "$LOG/serve.log" "$RUN/freeradius.log"; do
            [ ! -r "$log" ] || tail -n 20 "$log" >&2
        done
    fi
}

wait_until_healthy() {
    "$VENV/bin/python" - "$(value_of web.host)" "$(value_of web.port)" "$HL_WAIT" <<'PYTHON' && return
import sys, time, urllib.request

# Straight to ourselves, whatever proxy the machine has.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
host, port, patience = sys.argv[1:]
host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, host)
end = time.monotonic() + float(patience)
while time.monotonic() < end:
    try:
        with opener.open(f"http://{host}:{port}/healthz", timeout=3) as answer:
            sys.exit(answer.status != 200)
    except OSError:
        time.sleep(0.2)
sys.exit(1)
PYTHON
    last_words
    die "The portal (/healthz on port $(value_of web.port)) did not answer 200 within $HL_WAIT s: see the log above, then run this again."
}

# FreeRADIUS answers Status-Server only while it can read the database.
wait_until_radius_answers() {
    has radclient && [ "$(value_of radius.host)" = 0.0.0.0 ] || return 0
    as_service "$VENV/bin/python" -c \
        'from hotspot_lite.box import open_box; print(open_box().settings["radius.secret"])' \
        >"$SCRATCH/secret"
    tries=0
    until echo "Message-Authenticator = 0x00" | PATH="$SAFE_PATH" radclient -q -r 1 -t 2 \
        -S "$SCRATCH/secret" "127.0.0.1:$(value_of radius.auth_port)" status >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -ge 10 ]; then
            last_words
            die "RADIUS does not answer on port $(value_of radius.auth_port): see the log above, then run this again."
        fi
        sleep 0.5
    done
}

# -- The end -----------------------------------

address() {
    ip=$(hostname -I 2>/dev/null | awk '{ print $1 }')
    port=$(value_of web.port)
    [ "$port" != 80 ] || port=
    say "http://${ip:-127.0.0.1}${port:+:$port}"
}

tell_setup_code() {
    [ "$(value_of owner)" = no ] || return 0
    if [ -e "$STATE/setup-code-told" ]; then
        say "The setup code was shown at an earlier run. For a new one: sudo hotspot-lite admin setup-code"
        return
    fi
    code=$(as_service "$VENV/bin/hotspot-lite" admin setup-code --json | sed -n 's/.*"setup_code": "\(.*\)".*/\1/p')
    [ -n "$code" ] || die "No setup code could be made: see sudo hotspot-lite admin setup-code"
    say "Setup code for the first owner, good once:   $code"
    remember setup-code-told yes
}

tell_what_next() {
    if [ "$CHANGES" -eq 0 ]; then
        say "nothing changed"
    fi
    say ""
    say "hotspot-lite is running."
    say "  portal   $(address)/"
    say "  admin    $(address)/admin/"
    tell_setup_code
    say ""
    say "Next:"
    [ "$(value_of owner)" = yes ] || say "  - open the admin page and enter the setup code"
    [ -n "$(value_of router.host)" ] ||
        say "  - the router: host, username, password under [router] in $CONFIG, its address as radius.nas_address"
    [ -n "$(value_of mpesa.consumer_key)" ] ||
        say "  - M-Pesa: the keys from the Daraja portal under [mpesa] in $CONFIG"
    say "  - after a change in that file: sudo ./install.sh restarts what it concerns"
    say "  - a package to sell: sudo hotspot-lite plan add --name '1 Hour' --price 20 --duration 1h"
}

# Only root, or whoever installs under a prefix; and one at a time.
begin_work() {
    is_root || [ -n "$HL_ROOT" ] ||
        die "The real box needs root: sudo ./install.sh. To look first, without root: ./install.sh --demo"
    umask 022
    mkdir -p "$OPT"
    exec 9>>"$OPT/lock"
    flock -n 9 || die "Another install.sh is at work: wait until it has ended."
}

check_machine() {
    check_system real
    check_bits
    check_space "$OPT"
    find_python
}

WANTED="freeradius:freeradius radclient:freeradius-utils setpriv:util-linux"

install_box() {
    begin_work
    check_machine
    # shellcheck disable=SC2086
    want_packages $WANTED
    say "Installing:"
    make_user
    make_base
    [ -z "${INSTALLED:-}" ] || remember packages "$(remembered packages)$INSTALLED"
    make_program
    check_service_python
    make_config
    read_folders
    make_folders
    make_command
    make_database
    read_settings
    want_ssh
    make_raddb
    allow_modem
    stop_debians_radius
    if [ "$HL_INIT" = systemd ]; then run_under_systemd; else run_supervised; fi
    wait_until_healthy
    wait_until_radius_answers
    tell_what_next
}

# What an installation would do, by what is there already; nothing is written.
dry_run() {
    check_system real
    check_bits
    check_space "$OPT"
    find_python
    say "It would:"
    # shellcheck disable=SC2086
    lack=$(missing $WANTED)
    [ -z "$lack" ] || say "  install Debian's packages: $lack"
    getent passwd "$HL_USER" >/dev/null || say "  make the user and group $HL_USER, and the group $HL_SHARED"
    if [ -n "$HL_SKIP_PIP" ]; then
        say "  use the program in ${HL_VENV:-$OPT/venv}"
    else
        release=$(hash_of setup.py pyproject.toml requirements.lock hotspot_lite static)-$(python_mark "$PYTHON" | sha256sum | cut -c1-8)
        if [ "$(readlink "$OPT/venv" || true)" = "$OPT/releases/$release" ]; then
            say "  leave the program as it is: $release"
        else
            say "  set up the program in $OPT/releases/$release, and keep the one before it"
            [ -z "$WHEELS" ] || say "  take the Python packages from $WHEELS, none from a network"
        fi
    fi
    if [ -e "$CONFIG" ]; then say "  leave $CONFIG as it is"; else say "  make $CONFIG with a new RADIUS secret"; fi
    if [ -e "$DATA/hotspot.db" ]; then say "  bring $DATA/hotspot.db up to date"; else say "  make the database $DATA/hotspot.db"; fi
    if [ "$HL_INIT" = systemd ]; then
        say "  start hotspot-lite.target, or those of its services that something changed for"
    else
        say "  start hotspot-lite serve, without systemd"
    fi
}

# -- Back, and away -----------------------------------

# The release before the one in use; nothing where there is none.
former_release() {
    for release in "$OPT"/releases/*; do
        if [ -e "$release/complete" ] && [ "$release" != "$(readlink "$VENV" || true)" ]; then
            say "$release"
        fi
    done | head -n 1
}

# The database stays: a step of it only adds, so the older program finds what it knows.
roll_back() {
    begin_work
    VENV=$OPT/venv
    former=$(former_release)
    [ -n "$former" ] || die "There is no program before this one to go back to."
    use_release "$former"
    PROGRAM=${former##*/}
    check_service_python
    read_folders
    read_settings
    if [ "$HL_INIT" = systemd ]; then
        for service in $SERVICES; do bring_up "$service"; done
    else
        run_supervised
    fi
    wait_until_healthy
    say "The program before the last update runs. sudo ./install.sh brings the new one again."
}

stop_everything() {
    if [ "$HL_INIT" = systemd ]; then
        for unit in hotspot-lite.target hotspot-lite-web.socket \
            hotspot-lite-web hotspot-lite-worker hotspot-lite-live hotspot-lite-radius; do
            systemctl disable --now --quiet "$unit" 2>/dev/null || true
        done
    fi
    stop_serve
}

take_away() {
    for path in "$@"; do
        [ -e "$path" ] || [ -h "$path" ] || continue
        rm -rf "$path"
        changed "removed $path"
    done
}

# Where config.toml puts data, while there is a program to read it and it can be read.
find_folders() {
    [ -x "$VENV/bin/python" ] && [ -e "$CONFIG" ] || return 0
    if (read_folders) 2>/dev/null; then read_folders; fi
}

uninstall() {
    begin_work
    VENV=${HL_VENV:-$OPT/venv}
    find_folders
    say "Taking the program away:"
    stop_everything
    packages=$(remembered packages)
    masked=$(remembered masked-freeradius)
    take_away "$UNITS"/hotspot-lite* "$TMPFILES/hotspot-lite.conf" "$COMMAND" \
        "$JOURNALD" "$JOURNALD_UNIT" "$MODEM_RULES" "$RADDB" "$RUN" "$PID_FILE" "$OPT"
    if [ "$HL_INIT" = systemd ]; then
        take_away_journal
        systemctl daemon-reload
        [ -z "$masked" ] || systemctl unmask --quiet freeradius.service
    fi
    [ -z "$packages" ] ||
        say "Debian's packages that were installed for it stay. To remove them: apt-get purge$packages"
}

tell_what_stays() {
    say "Customers, money and settings stay in $DATA and $ETC."
    say "sudo ./install.sh brings the box back as it was; --purge deletes them for ever."
}

purge() {
    if [ "${1:-}" != --yes ]; then
        say "This deletes every customer, payment, voucher and backup in $DATA, and $ETC."
        printf 'Type DELETE to do it: '
        read -r answer || answer=
        [ "$answer" = DELETE ] || die "Nothing was deleted."
    fi
    uninstall
    # A folder that some setting names is ours only if our key is in it.
    if [ -e "$DATA/box.key" ]; then take_away "$DATA"; fi
    take_away "$ETC" "$LOG"
    [ -z "$HL_ROOT" ] || return 0
    ! getent passwd "$HL_USER" >/dev/null || {
        userdel "$HL_USER"
        changed "removed user $HL_USER"
    }
    for group in "$HL_GROUP" "$HL_SHARED"; do
        ! getent group "$group" >/dev/null || {
            groupdel -f "$group"
            changed "removed group $group"
        }
    done
}

# -- Start -----------------------------------

clean_up() { [ -z "${SCRATCH:-}" ] || rm -rf "$SCRATCH"; }

take_wheels() {
    [ -d "$1" ] || die "--wheels wants a folder of wheels: ./install.sh --wheels /media/usb/wheels"
    WHEELS=$(readlink -f "$1")
}

take_options() {
    while [ $# -gt 0 ]; do
        case "$1" in
        --force) FORCED=yes ;;
        --answers)
            [ -r "${2:-}" ] ||
                die "--answers wants a file that can be read, written as config.toml is: ./install.sh --answers my.toml"
            ANSWERS=$(readlink -f "$2")
            shift
            ;;
        --wheels) take_wheels "${2:-}" && shift ;;
        *) die "$1 can't be given with --force or --answers." ;;
        esac
        shift
    done
}

main() {
    configure
    # Somebody's own Python paths would reach into our environments.
    unset PYTHONPATH PYTHONHOME
    SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/hotspot-lite-install.XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    if [ "${1:-}" = --wheels ]; then
        take_wheels "${2:-}"
        shift 2
    fi
    case "${1:-}" in
    --demo)
        shift
        run_demo "$@"
        ;;
    --test)
        shift
        run_tests "$@"
        ;;
    --help | -h) usage ;;
    --force | --answers)
        take_options "$@"
        install_box
        ;;
    --dry-run) dry_run ;;
    --rollback) roll_back ;;
    --uninstall)
        uninstall
        tell_what_stays
        ;;
    --purge)
        shift
        purge "$@"
        ;;
    "") install_box ;;
    *)
        say "install.sh: there is no option $1" >&2
        usage >&2
        exit 2
        ;;
    esac
}

[ -n "${HL_SOURCED:-}" ] || main "$@"
