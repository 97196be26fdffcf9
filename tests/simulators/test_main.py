"""The simulators as a program, and other people's devices simulated."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.device import Device
from processor.model.time import MINUTE
from simulators.__main__ import main
from simulators.district import District
from simulators.known import plan_of, read_devices
from simulators.scenario import DEMO, HEALTHY
from tests.mosquitto import Mosquitto, free_port
from tests.simulators.districts import START, live

EXAMPLE = Path(__file__).parents[2] / "config"


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def example_devices() -> list[Device]:
    texts, _ = read_sources(EXAMPLE)
    found = load(texts).district
    assert found is not None
    return list(found.devices.values())


def test_configure_writes_the_files_and_says_how_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["configure", str(tmp_path), "--devices", "90", "--communities", "3"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"places.yaml", "devices.csv", "people.yaml"}
    assert said(capsys) == [{"folder": str(tmp_path), "communities": 3, "devices": 90}]


def test_a_run_that_cannot_begin_fails_and_its_last_line_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--port", str(free_port()), "--scenario", "nowhere.yaml"]) == 1
    last = said(capsys)[-1]
    assert last["finished"] is True
    assert "nowhere.yaml" in last["failure"]


def test_wrong_arguments_are_exit_code_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["fly"])
    assert caught.value.code == 2


def test_a_score_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "truth.jsonl").write_bytes(b"")
    (tmp_path / "alerts.jsonl").write_bytes(b"")
    assert main(["score", str(tmp_path / "truth.jsonl"), str(tmp_path / "alerts.jsonl")]) == 0
    assert said(capsys)[0]["false_alerts"] == []


def test_the_example_configuration_can_be_simulated_with_the_demo() -> None:
    devices = example_devices()
    place = District(plan_of(devices, seed=1), DEMO, start=START)
    live(place, 60)
    assert {episode.type for episode in place.truth.episodes()} == {spec.type for spec in DEMO.faults}
    assert {plan.id for plan in place.site.plans.values()} == {device.id for device in devices}


def test_a_known_device_speaks_under_its_name_on_the_wire_and_the_unknown_kind_is_left_out(tmp_path: Path) -> None:
    devices = [
        Device(
            id="valve", profile="water_valve", riser="a/b9/r4", floor="B2", wire="W-1", community="a", building="a/b9"
        ),
        Device(id="port", profile="ebike_charging_port", gateway="pile", wire="W-2-p7", community="a", building="a/b9"),
        Device(id="plug", profile="tasmota_energy", community="a", building="a/b9"),
    ]
    file = tmp_path / "devices.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(device) for device in devices))
    plan = plan_of(read_devices(file), seed=1)
    assert [device.id for device in plan.devices] == ["valve", "port"]
    assert (plan.devices[0].place, plan.devices[0].floor) == ("a/b9/r4", -2)
    place = District(plan, HEALTHY, start=START)
    topics = {event.topic for event in place.advance(START + 6 * MINUTE)}
    assert topics == {"v1/a/valve/W-1/telemetry", "v1/a/ebike/W-2/telemetry"}
    answer = place.command("v1/a/ebike/W-2/command", b'{"id": "c", "cmd": "stop_and_lock", "port": 7}')
    assert json.loads(answer[0].payload)["ok"] is True


def test_the_program_ends_tidily_when_it_is_told_to(mosquitto: Mosquitto, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    command = [sys.executable, "-m", "simulators", "run", "--port", str(mosquitto.port), "--scenario", "demo"]
    with subprocess.Popen([*command, "--truth", str(truth)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert first["finished"] is False
        process.send_signal(signal.SIGTERM)
        lines = [json.loads(line) for line in process.stdout]
        assert process.wait(20) == 0
    assert lines[-1]["finished"] is True
    assert lines[-1]["failure"] == ""
    assert lines[-1]["published"] == lines[-1]["acknowledged"]
    assert truth.exists()
