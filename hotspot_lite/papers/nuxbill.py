"""PHPNuxBill's tables as rows to read in: packages, customers, time, vouchers.

Each row holds all that it needs, so that it can be looked at by itself. What can't come
has its reason in the column `problem`; what is over and used up is passed by.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hotspot_lite.errors import BadInput
from hotspot_lite.papers.sql_dump import Record, records

TABLES = frozenset(
    {
        *("tbl_appconfig", "tbl_bandwidth", "tbl_plans"),
        *("tbl_customers", "tbl_user_recharges", "tbl_voucher"),
    }
)
HEADS = [
    *("record", "problem", "package", "name", "price", "duration", "data", "rate"),
    *("devices", "uptime", "phone", "login", "password", "email", "code", "until"),
    *("zone", "off sale"),
]
LENGTHS = {"Mins": "m", "Hrs": "h", "Days": "d"}
Cells = dict[str, str]
Tables = dict[str, list[Record]]


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The heads, then every row with its line. Raises BadInput for another dump."""
    found: Tables = {name: [] for name in TABLES}
    for record in records(path, TABLES):
        found[record.table].append(record)
    if not found["tbl_plans"] and not found["tbl_customers"]:
        raise BadInput(
            "There are no packages and no customers of PHPNuxBill in it.",
            "Dump these: tbl_plans tbl_bandwidth tbl_customers tbl_user_recharges"
            " tbl_voucher tbl_appconfig",
            "file",
        )
    yield 1, HEADS
    try:
        for line, cells in _all(found):
            yield line, [cells.get(head, "") for head in HEADS]
    except (KeyError, ValueError) as exc:
        raise BadInput(
            f"Its tables are not as PHPNuxBill has them today: {exc}.",
            "Update PHPNuxBill, let it update its database, and dump that.",
            "file",
        ) from None


def _all(found: Tables) -> Iterator[tuple[int, Cells]]:
    speeds = {one.cells["id"]: _rate(one.cells) for one in found["tbl_bandwidth"]}
    plans = {one.cells["id"]: _plan(one, speeds) for one in found["tbl_plans"]}
    people = {one.cells["id"]: _person(one.cells) for one in found["tbl_customers"]}
    zone = next(
        (
            one.cells["value"]
            for one in found["tbl_appconfig"]
            if one.cells["setting"] == "timezone"
        ),
        "",
    )
    for one in found["tbl_plans"]:
        yield one.line, {"record": "package", **plans[one.cells["id"]]}
    for one in found["tbl_customers"]:
        yield one.line, {"record": "customer", **people[one.cells["id"]]}
        if float(one.cells.get("balance") or 0) > 0:
            problem = (
                f"{one.cells['username']} has a balance of {one.cells['balance']}:"
                " this box keeps none. Give it as a voucher, or back."
            )
            yield one.line, {"record": "balance", "problem": problem}
    for one in found["tbl_user_recharges"]:
        if one.cells["status"] == "on":
            yield one.line, _time(one.cells, plans, people) | {"zone": zone}
    for one in found["tbl_voucher"]:
        if one.cells["status"] == "0":
            plan = plans.get(one.cells["id_plan"], _no_plan(one.cells["id_plan"]))
            yield one.line, {"record": "voucher", **plan, "code": one.cells["code"]}


def _rate(row: Cells) -> str:
    up, down = (
        row[f"rate_{way}"] + row[f"rate_{way}_unit"][:1].replace("K", "k")
        for way in ("up", "down")
    )
    return f"{up}/{down} {row.get('burst', '')}".strip()


def _plan(one: Record, speeds: dict[str, str]) -> Cells:
    row, problem = one.cells, ""
    if row["type"] != "Hotspot":
        problem = (
            f"{row['name_plan']} is of {row['type']}: this box sells hotspot time."
        )
    months = row["validity_unit"] == "Months"
    unit = "d" if months else LENGTHS.get(row["validity_unit"], "")
    if not unit and not problem:
        problem = f"{row['name_plan']} is paid afterwards ({row['validity_unit']})."
    limit = row["limit_type"] if row["typebp"] == "Limited" else ""
    limits_data = limit in ("Data_Limit", "Both_Limit")
    # Free here is free for everybody, each day: that is for the owner to say.
    is_sold = bool(row["price"].strip("0., "))
    limits_time = limit in ("Time_Limit", "Both_Limit")
    return {
        "problem": problem,
        "name": row["name_plan"],
        "package": row["name_plan"],
        "price": row["price"],
        "duration": f"{int(row['validity']) * (30 if months else 1)}{unit}",
        "data": f"{row['data_limit']}{row['data_unit'][:1]}" if limits_data else "",
        "uptime": (
            f"{row['time_limit']}{LENGTHS.get(row['time_unit'], '')}"
            if limits_time
            else ""
        ),
        "rate": speeds.get(row["id_bw"], ""),
        "devices": row["shared_users"] or "1",
        "off sale": "" if row["enabled"] == "1" and is_sold else "yes",
    }


def _no_plan(number: str) -> Cells:
    return {"problem": f"Its package {number} is not in the dump."}


def _person(row: Cells) -> Cells:
    phone = row["phonenumber"]
    if len(phone) < 9:  # "0" where none was asked for; often the login is one
        phone = row["username"]
    problem = ""
    if row.get("service_type") == "PPPoE":
        problem = f"{row['username']} is a PPPoE customer: this box has none."
    elif sum(map(str.isdigit, phone)) < 9:
        problem = f"{row['username']} has no phone number there."
    elif row.get("status", "Active") in ("Banned", "Disabled", "Suspended"):
        problem = f"{row['username']} is {row['status'].lower()} there."
    return {
        "problem": problem,
        "phone": phone,
        "login": row["username"],
        "password": row["password"],
        "email": row["email"] if "@" in row["email"] else "",
    }


def _time(row: Cells, plans: dict[str, Cells], people: dict[str, Cells]) -> Cells:
    plan = plans.get(row["plan_id"], _no_plan(row["plan_id"]))
    person = people.get(
        row["customer_id"], {"problem": f"{row['username']} is not in the dump."}
    )
    problem = person["problem"] or plan["problem"]
    until = f"{row['expiration']} {row['time']}"
    return {"record": "time", **plan, **person, "problem": problem, "until": until}
