"""Doctor on a whole box that runs: its processes stopped and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from patient import Seen, mounts

from hotspot_lite import box as boxes
from hotspot_lite import doctor, jobs, store
from hotspot_lite.doctor import case as cases
from hotspot_lite.doctor import ground, outward, processes, supervision
from hotspot_lite.jobs import sight
from hotspot_lite.stage import Stage, until
from hotspot_lite.trade.people import staff

OURS = "HOTSPOT_"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("box")
    with Stage(folder, scale=0.01, more={"HOTSPOT_BOX_CLOCK": "trusted"}) as made:
        made.prepare()
        boxes.open_box(made.environment)
        staff.add("Achieng", "a long enough password", "owner", 1)
        close()
        made.serve()
        yield made


def close() -> None:
    store.close()
    if not jobs.rows.run.is_closed():
        jobs.rows.run.close()


@pytest.fixture(autouse=True)
def on_stage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stage.environment.items():
        if name.startswith(OURS):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(ground, "MOUNTS", mounts(stage.folder, "tmpfs"))
    # What this machine is, and whether it is up to date, is no matter here.
    monkeypatch.setattr(cases, "ROOT", stage.folder / "root")


def look(**flags: bool) -> Seen:
    return Seen(*doctor.main(**flags))


def supervisorctl(stage: Stage, *words: str) -> None:
    conf = stage.folder / "run" / "supervisord.conf"
    command = [
        sys.executable,
        "-m",
        "supervisor.supervisorctl",
        "-c",
        str(conf),
        *words,
    ]
    subprocess.run(command, capture_output=True, timeout=60)


def test_a_box_that_runs_is_well(stage: Stage) -> None:
    assert until(lambda: (stage.folder / "run" / "router.json").exists(), 20)
    seen = look(detailed=True, logs=True)
    bad = [f for f in seen.report["findings"] if f["level"] in ("warning", "broken")]
    assert bad == []
    assert seen.code == 0
    for code in ("PRC-01", "PRC-03", "PRC-04", "PRC-05", "PRC-06", "RTR-01", "MPE-01"):
        assert seen.level(f"HL-{code}") == "ok"
    assert "supervisord watches" in seen.of("HL-PRC-06")["says"]
    assert "All is well." in seen.text


def test_the_log_that_supervisord_writes_is_found(stage: Stage) -> None:
    boxes.open_box(stage.environment)
    jobs.put("default.no_such_job")
    jobs.put("hotspot-sms.tell", message_id=0)
    assert until(lambda: "hotspot-sms.tell" in stage.log("serve"), 10)
    assert until(lambda: sight.failed(jobs.rows), 10)
    close()
    seen = look(logs=True)
    assert "serve.log" in seen.of("HL-LOG-01")["says"]
    lanes = seen.of("HL-LOG-04")["details"]
    assert any(lane.startswith("hotspot-sms: 1 done;") for lane in lanes)
    assert "no_such_job" in seen.of("HL-QUE-05", "default")["says"]
    seen = look(fix=True)
    assert seen.fixed("HL-QUE-05")["gone"]


def test_a_dead_worker_is_found_and_started_again(stage: Stage) -> None:
    supervisorctl(stage, "stop", "worker")
    seen = look()
    found = seen.of("HL-PRC-01")
    assert found["level"] == "broken"
    assert "supervisord says: stopped" in found["details"][0]
    assert found["fixable"]
    assert seen.code == 2
    seen = look(fix=True)
    assert seen.fixed("HL-PRC-01") | {"was": ""} == {
        "code": "HL-PRC-01",
        "about": "worker",
        "was": "",
        "did": "restarted worker",
        "gone": True,
        "now": "",
    }
    assert len(stage.consumers()) == 1


@pytest.mark.slow
def test_a_frozen_worker_is_found_and_started_anew(stage: Stage) -> None:
    boxes.open_box(stage.environment)
    (alive,) = [one for one in sight.consumers(jobs.rows) if one.is_alive]
    close()
    os.kill(alive.pid, signal.SIGSTOP)
    assert until(lambda: look().level("HL-PRC-10") == "broken", 60, every=1)
    seen = look(fix=True)
    assert seen.fixed("HL-PRC-10")["gone"]
    assert seen.level("HL-PRC-01") == "ok"


def test_dead_doors_are_found_and_opened_again(stage: Stage) -> None:
    supervisorctl(stage, "stop", "web", "live", "radius")
    seen = look()
    levels = [seen.level(f"HL-PRC-0{n}") for n in (3, 4, 5)]
    assert levels == ["broken", "warning", "broken"]
    assert "callbacks" in seen.of("HL-PRC-03")["impact"]
    seen = look(fix=True)
    assert [one["gone"] for one in seen.report["fixed"]] == [True] * 3
    assert [seen.level(f"HL-PRC-0{n}") for n in (3, 4, 5)] == ["ok"] * 3


def test_a_router_that_is_away_is_told_within_its_deadline(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSPOT_ROUTER_PASSWORD", "another-password")
    found = look().of("HL-RTR-01")
    assert found["level"] == "broken"
    assert found["remedy"]
    monkeypatch.setenv("HOTSPOT_ROUTER_PORT", "9")
    began = time.monotonic()
    assert look().level("HL-RTR-01") == "broken"
    assert time.monotonic() - began < 10


def test_a_slow_router_is_a_warning(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "SLOW_SECONDS", 0.0)
    assert look().level("HL-RTR-03") == "warning"


def test_a_key_that_daraja_refuses_is_told_without_showing_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSPOT_MPESA_CONSUMER_SECRET", "the-wrong-secret")
    seen = look(detailed=True)
    assert seen.level("HL-MPE-01") == "broken"
    assert "the-wrong-secret" not in seen.text


def test_old_samples_are_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotspot_lite import samples

    monkeypatch.setattr(samples, "newest", lambda folder, name: {"at": 1})
    assert look().level("HL-RTR-02") == "warning"


def test_a_wrong_radius_secret_is_an_answer_that_never_comes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSPOT_RADIUS_SECRET", "not-the-secret-of-the-box")
    assert look().level("HL-PRC-05") == "broken"


# -- systemd -----------------------------------------------------------------------


@pytest.fixture
def systemd(
    tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A pretend systemctl that knows the box's units; its folder."""
    shown = """LoadState=loaded
ActiveState=active
SubState=running
NRestarts=9
ActiveEnterTimestampMonotonic=1000000
Result=success"""
    command = tmp_path / "systemctl"
    command.write_text(
        f"""#!/bin/sh
echo "$@" >>{tmp_path}/asked
case "$*" in
*ReadWritePaths*) echo "ReadWritePaths={stage.folder}/data {stage.folder}/run" ;;
show*) echo "{shown}" ;;
esac
"""
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(supervision, "SYSTEMD", tmp_path)
    monkeypatch.setattr(processes, "COMES_UP_SECONDS", 0.1)
    away = stage.folder / "run" / "supervisor.sock"
    away.rename(tmp_path / "sock")
    yield tmp_path
    (tmp_path / "sock").rename(away)


def test_under_systemd_its_units_are_asked(systemd: Path) -> None:
    seen = look()
    assert "systemd watches" in seen.of("HL-PRC-06")["says"]
    assert seen.of("HL-PRC-06")["details"][0].startswith("web: active (running), up")
    assert "restarted 9 times" in seen.of("HL-PRC-08", "web")["says"]


def test_under_systemd_a_dead_worker_is_restarted_by_its_unit(
    systemd: Path, stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "sock").rename(stage.folder / "run" / "supervisor.sock")
    supervisorctl(stage, "stop", "worker")
    (stage.folder / "run" / "supervisor.sock").rename(tmp_path / "sock")
    seen = look(fix=True)
    assert "restart hotspot-lite-worker.service" in (systemd / "asked").read_text()
    assert not seen.fixed("HL-PRC-01")["gone"]
    assert "left" in seen.text


def test_another_boxs_systemd_is_left_alone(
    systemd: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    (systemd / "systemctl").write_text("#!/bin/sh\necho ReadWritePaths=/var/lib/x\n")
    assert look().level("HL-PRC-06") == "warning"


def test_without_a_supervisor_the_command_is_said(
    systemd: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervision, "SYSTEMD", tmp_path / "nowhere")
    seen = look(fix=True)
    assert seen.report["fixed"] == []
    assert seen.of("HL-PRC-01")["remedy"] == "Start the box: hotspot-lite serve"
