"""A directory of rules in shadow of a running daemon: what it would have done, killed or not, and put in force."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt import publish

from tests.cli.calling import District, daemon_of
from tests.cli.test_rules import of_town
from tests.mosquitto import Mosquitto
from tests.runtime.town import HIGH, LEAK, SILENT
from tests.waiting import eventually_sync

pytestmark = [pytest.mark.mosquitto, pytest.mark.xdist_group("cli-shadow")]

WHO = ("--by", "li", "--reason", "seen for a week")
# In shadow a leak is L2 and closes nothing; a current of 250 mA is enough.
OTHER = (
    HIGH.replace("300 mA", "250 mA").replace("for: 2 min, samples: 2", "for: 0 s")
    + LEAK.replace("L1:", "L2:").replace("    command: {target: valve, command: close}\n", "")
    + SILENT
)


@pytest.fixture
def watched(broker: Mosquitto, tmp_path: Path) -> Iterator[District]:
    """A daemon with a shadow beside it."""
    district = of_town(tmp_path / "district")
    district.environment["WARDWATCH_BROKER__PORT"] = str(broker.port)
    district.environment["WARDWATCH_BROKER__CLIENT_ID"] = "shadowed"
    district.environment["WARDWATCH_SHADOW__RULES"] = "../tried"
    (district.folder / "tried").mkdir()
    district.write("tried/town.yaml", OTHER)
    with daemon_of(district):
        eventually_sync(lambda: shadow_of(district).startswith("running"), "the shadow", 60)
        yield district


def shadow_of(district: District) -> str:
    import httpx  # noqa: PLC0415 - the address is the daemon's

    conditions = httpx.get(f"{district.address}/readyz", trust_env=False).json()["conditions"]
    return str(next(each["detail"]["en"] for each in conditions if each["name"] == "shadow"))


def say(broker: Mosquitto, topic: str, **fields: object) -> None:
    payload = json.dumps({"ts": int(time.time() * 1000), **fields})
    publish.single(topic, payload, qos=1, hostname="127.0.0.1", port=broker.port)


def metric(district: District, name: str) -> float:
    import httpx  # noqa: PLC0415 - the address is the daemon's

    lines = httpx.get(f"{district.address}/metrics", trust_env=False).text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"wardwatch_{name} "))


def children(district: District) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--child" in words and str(district.folder / "config" / ".." / "tried").encode() in words:
                found.append(int(folder.name))
    return found


def test_the_shadow_shows_what_it_would_have_done_survives_a_kill_and_is_promoted(
    watched: District, broker: Mosquitto
) -> None:
    say(broker, "v1/east/valve/e-v1/telemetry", position="open")
    say(broker, "v1/east/leak/e-l1/telemetry", wet=1)
    say(broker, "v1/west/meter/w-m1/telemetry", current=260)
    eventually_sync(lambda: watched.said("alerts", "--rule", "M-02")["items"], "the alert")

    def compared() -> bool:
        told = watched.call("shadow", "report", "--json")
        if told.exit_code:
            return False
        rules = {each["rule"]: each for each in json.loads(told.stdout)["result"]["comparison"]["rules"]}
        return bool(rules.get("M-02", {}).get("level") and rules.get("M-01", {}).get("added"))

    eventually_sync(compared, "the shadow's decisions", 60)
    assert {"rule": "M-02", "sent": 1, "would_send": 0} in watched.said("shadow", "report")["commands"]
    text = watched.call("shadow", "report", "--rule", "M-02", "--lang", "en").stdout
    assert "L1 → L2" in text
    assert "M-01" not in text

    (child,) = children(watched)
    os.kill(child, signal.SIGKILL)
    eventually_sync(lambda: metric(watched, "shadow_restarts_total") >= 1, "another shadow", 60)
    eventually_sync(lambda: shadow_of(watched).startswith("running"), "the shadow again", 60)
    say(broker, "v1/west/meter/w-m2/telemetry", current=260)

    def both_meters() -> bool:
        result = watched.said("shadow", "report", "--rule", "M-01")["result"]
        return [each["added"] for each in result["comparison"]["rules"]] == [2]

    eventually_sync(both_meters, "what came after the kill, and nothing twice", 60)

    told = watched.said("shadow", "promote", *WHO)
    assert told["changed"] is True
    assert (watched.folder / "rules" / "town.yaml").read_text("utf-8") == OTHER
    newest = watched.said("rules", "history")["items"][0]
    assert (newest["cause"], newest["author"]) == ("promote", "li")
    assert watched.call("shadow", "promote", *WHO).exit_code == 1
