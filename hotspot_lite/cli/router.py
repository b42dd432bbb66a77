"""The router: what differs from what the box needs, mending it, proving it."""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, add_noun, add_verb

if TYPE_CHECKING:
    from hotspot_lite.fitting.work import Outcome, Taken
    from hotspot_lite.wires.routeros import RouterAddress

# An export of a full router takes its time.
PATIENT_SECONDS = 30.0
PROVED = "Everything works."
PARTLY = "What could be tried works."
FAILED = "Something doesn't work: see above."


def router_plan(args: Args) -> Answer:
    """Show what differs at the router from what this box needs; changes nothing."""
    from hotspot_lite import onboarding
    from hotspot_lite.fitting.look import look
    from hotspot_lite.outside import addresses
    from hotspot_lite.wires.routeros import Router

    opened = open_box()
    reading = opened.clock.now()
    with Router(_as_asked(args, addresses.router_address(opened.settings))) as router:
        seen = look(router, reading.at if reading.believed else None)
    plan = onboarding.make(addresses.site(opened.settings), seen)
    return Answer(plan.as_dict(), plan.text(), 0 if plan.is_done else 1)


def router_apply(args: Args) -> Answer:
    """Change at the router what the plan says, each step checked, or none of it."""
    from hotspot_lite.fitting.apply import Fitting
    from hotspot_lite.outside import addresses
    from hotspot_lite.wires.routeros import Router

    opened = open_box()
    address = _as_asked(args, addresses.router_address(opened.settings))
    site = replace(addresses.site(opened.settings), rewrites_secret=args.secret)
    fitting = Fitting(
        site,
        opened.settings.data_dir / "router",
        addresses.signs_in(opened.settings),
        _tell(args),
    )
    with Router(replace(address, deadline_seconds=PATIENT_SECONDS)) as router:
        outcome = fitting.apply(router, opened.clock.now().at)
    return Answer(outcome.as_dict(), _told(outcome), 0 if outcome.is_good else 1)


def _tell(args: Args) -> Any:
    def tell(taken: Taken) -> None:
        if not args.json:
            print(f"  {taken.state:9} {taken.step.line()}", file=sys.stderr)

    return tell


def _told(outcome: Outcome) -> str:
    return "\n".join([outcome.says, *(f"  {note}" for note in outcome.notes)])


def router_test(args: Args) -> Answer:
    """Prove sign-in, RADIUS and disconnect with a throw-away user, step by step."""
    from hotspot_lite.journey import proving

    proofs = []
    for proof in proving.prove_router(open_box(), args.device):
        proofs.append(proof)
        if not args.json:
            print(f"  {proof.state:9} {proof.name}: {proof.says}", file=sys.stderr)
            if proof.todo:
                print(f"  {'':9} {proof.todo}", file=sys.stderr)
    is_good = all(proof.is_good is not False for proof in proofs)
    is_whole = all(proof.is_good for proof in proofs)
    says = PROVED if is_whole else PARTLY if is_good else FAILED
    steps = [proof.as_dict() for proof in proofs]
    return Answer({"is_good": is_good, "steps": steps}, says, 0 if is_good else 1)


def router_setup(args: Args) -> Answer:
    """Print the script that sets the router up, with its secrets: to paste there."""
    from hotspot_lite.onboarding import script
    from hotspot_lite.outside import addresses

    text = script.setup(addresses.site(open_box().settings), shows_secrets=True)
    return Answer({"script": text}, text)


def _as_asked(args: Args, address: RouterAddress) -> RouterAddress:
    if not args.username:
        return address
    ask = "Its password at the router: "
    password = getpass.getpass(ask) if sys.stdin.isatty() else sys.stdin.readline()
    return replace(address, username=args.username, password=password.rstrip("\n"))


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    router = add_noun(nouns, "router", "the router")
    plan = add_verb(router, "plan", router_plan)
    apply = add_verb(router, "apply", router_apply)
    apply.add_argument("--secret", action="store_true", help="write the RADIUS secret")
    for verb in (plan, apply):
        verb.add_argument("--username", default="", help="as this user of the router")
    test = add_verb(router, "test", router_test)
    test.add_argument("--device", default="", help="the MAC of a device to lend for it")
    add_verb(router, "setup", router_setup)
