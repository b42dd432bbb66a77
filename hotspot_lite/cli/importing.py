"""Files read in from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli import house
from hotspot_lite.cli.backup import takes_passphrase
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, Misused, add_verb
from hotspot_lite.errors import BadInput

KINDS = ("customers", "packages", "vouchers", "phpnuxbill")


def import_file(args: Args) -> Answer:
    """Read in customers, packages, vouchers, PHPNuxBill's dump; or --all of a box."""
    if args.all:
        return house.import_all(args)
    if args.kind is None or args.replace or args.passphrase_file:
        raise Misused("--kind says what is in the file.", "A whole box: --all FILE")
    from hotspot_lite.papers import reading
    from hotspot_lite.store import room as disk
    from hotspot_lite.trade.office import imports, uploads

    box = open_box()
    folder, now = box.settings.data_dir, box.clock.at()
    zone = str(box.settings["box.timezone"])
    try:
        raw = args.file.read_bytes()
    except OSError as exc:
        raise BadInput(f"{args.file} can't be read: {exc.strerror}.") from None
    # What is read in takes about as much again in the ledger, and in its -wal.
    disk.need(folder, 3 * len(raw), disk.limits(box.settings), "Reading it in")
    kept = uploads.put(folder, raw)
    run = imports.begin(args.kind, kept, args.file.name, "cli", now, by_job=False)

    def to_the_end() -> Any:
        while not imports.work(
            run.id, folder, reading.rows, now, by_job=False, zone=zone
        ):
            pass
        return type(run).get_by_id(run.id)

    found = to_the_end()
    if found.state == "checked" and not args.dry_run:
        imports.accept(run.id, "cli", now, by_job=False)
        found = to_the_end()
    elif args.dry_run:
        imports.cancel(run.id, "cli", folder, now)
    if found.state == "failed":
        raise BadInput(found.says)
    bad = [
        {"line": row.line, "why": row.why} for row in imports.refused(run.id, 100_000)
    ]
    done = "would be read in" if args.dry_run else "read in"
    lines = [f"{found.good} {done}, {found.refused} refused."]
    lines += [f"line {row['line']}: {row['why']}" for row in bad]
    data = {"good": found.good, "refused": bad, "dry_run": args.dry_run}
    return Answer(data, "\n".join(lines), 1 if bad else 0)


def add_to(nouns: Any) -> None:
    """Put the command on the command line."""
    one = add_verb(nouns, "import", import_file)
    one.add_argument("file", type=Path, help="CSV, .xlsx, .sql, or of export --all")
    what = one.add_mutually_exclusive_group()
    what.add_argument("--kind", choices=KINDS, help="what is in it")
    what.add_argument("--all", action="store_true", help="a box, of export --all")
    one.add_argument("--dry-run", action="store_true", help="only say what would be")
    about = "with --all: put aside what this box has sold"
    one.add_argument("--replace", action="store_true", help=about)
    takes_passphrase(one)
