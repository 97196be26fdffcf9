"""A whole directory of rules is put in force on a running daemon, and taken back: no clock begins anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from processor.model.time import DAY
from tests.cli.calling import District, daemon_of
from tests.cli.test_rules import of_town
from tests.cli.test_shadow import say
from tests.mosquitto import Mosquitto
from tests.runtime.town import HIGH, LEAK, SILENT
from tests.waiting import eventually_sync

pytestmark = [pytest.mark.mosquitto, pytest.mark.xdist_group("cli-promote")]

WHO = ("--by", "li", "--reason", "seen for a week")
LONG_WET = """
M-05:
  name: {zh: 一直漏, en: Wet for long}
  applies_to: {profile: leak}
  levels: {L2: {when: wet, for: 30 min}}
"""
# The same, in other files and words, beside a leak rule that closes the valve at another level: a new automatic answer.
TRIED = {
    "tried/leaks.yaml": "# moved here\n" + LONG_WET + LEAK.replace("L1:", "L2:"),
    "tried/power/meters.yaml": HIGH.replace("300 mA", "250 mA") + SILENT,
    "tried/overrides.yaml": "overrides:\n  - {rule: M-01, device: e-m1, set: {limit: 270 mA}}\n",
}


@pytest.fixture
def running(broker: Mosquitto, tmp_path: Path) -> Iterator[District]:
    """A daemon under which a leak has just begun; new automatic answers are on probation for 14 days."""
    district = of_town(tmp_path / "district")
    district.environment["WARDWATCH_BROKER__PORT"] = str(broker.port)
    district.environment["WARDWATCH_BROKER__CLIENT_ID"] = "promoted"
    district.environment["WARDWATCH_AUTOMATION__PROBATION"] = "14 d"
    district.write("rules/town.yaml", HIGH + LEAK + SILENT + LONG_WET)
    with daemon_of(district):
        say(broker, "v1/east/valve/e-v1/telemetry", position="open")
        say(broker, "v1/east/leak/e-l1/telemetry", wet=1)
        eventually_sync(lambda: hold(district) is not None, "the hold of the long leak")
        yield district


def tried(district: District, **changed: str) -> str:
    """The directory beside the live one."""
    (district.folder / "tried" / "power").mkdir(parents=True, exist_ok=True)
    for name, text in {**TRIED, **changed}.items():
        district.write(name, text)
    return str(district.folder / "tried")


def hold(district: District) -> tuple[int, int] | None:
    """Since when the long leak's hold runs, and when it is over, as the running daemon has it."""
    headers = {"Authorization": f"Bearer {district.environment['WARDWATCH_CONSOLE__TOKEN']}"}
    asked = {"device": "e-l1", "rule": "M-05"}
    story = httpx.get(f"{district.address}/api/explain", params=asked, headers=headers, trust_env=False).json()
    (found,) = story["inspection"]["holds"]
    return (found["since"], found["due_at"]) if found["since"] else None


def leaks(district: District) -> list[dict[str, Any]]:
    """Every alert of the leak, oldest first, with its steps and commands."""
    states = [part for state in ("firing", "ok") for part in ("--state", state)]
    listed = district.said("alerts", "--rule", "M-02", *states)["items"]
    found = [district.said("alerts", "show", each["alert"]) for each in listed]
    return sorted(found, key=lambda each: each["transitions"][0]["decided_at"])


def history(district: District) -> list[tuple[str, str]]:
    return [(each["cause"], each["author"]) for each in district.said("rules", "history")["items"]]


def files(district: District) -> dict[str, str]:
    found = sorted((district.folder / "rules").rglob("*.yaml"))
    return {str(path.relative_to(district.folder)): path.read_text("utf-8") for path in found}


def test_a_directory_is_put_in_force_and_taken_back_without_a_clock_beginning_anew(
    running: District, broker: Mosquitto
) -> None:
    before, clock = files(running), hold(running)
    told = running.said("shadow", "promote", "--rules", tried(running), *WHO)

    assert told["changed"] is True
    assert files(running) == {
        "rules/leaks.yaml": TRIED["tried/leaks.yaml"],
        "rules/power/meters.yaml": TRIED["tried/power/meters.yaml"],
    }
    assert (running.folder / "config" / "overrides.yaml").read_text("utf-8") == TRIED["tried/overrides.yaml"]
    assert hold(running) == clock, "the rule means the same, wherever it is written"
    assert history(running)[0] == ("promote", "li")

    say(broker, "v1/east/leak/e-l1/telemetry", wet=1)  # the next that it says is judged by the new rule
    eventually_sync(lambda: len(leaks(running)) == 2, "the leak under its new rule")
    old, new = leaks(running)
    assert old["transitions"][-1]["cause"] == "rule_changed"
    assert (new["transitions"][-1]["after"], new["transitions"][-1]["level"]) == ("firing", 2)

    shown = running.call("alerts", "show", old["alert"]["transition"]["alert"], "--lang", "zh").stdout
    assert "规则已修改" in shown
    assert "rule_changed" not in shown
    assert "影子转正" in running.call("rules", "history", "--lang", "zh").stdout
    listed = running.call("alerts", "--lang", "zh").stdout
    assert "触发" in listed
    assert "firing" not in listed

    (first,) = [each for each in running.said("rules", "history")["items"] if each["cause"] == "start"]
    running.said("rules", "rollback", first["rules_hash"], "--by", "wang", "--reason", "too many")
    assert files(running) == before
    assert not (running.folder / "config" / "overrides.yaml").exists()
    assert hold(running) == clock
    assert history(running)[:2] == [("rollback", "wang"), ("promote", "li")]


def test_what_is_new_and_automatic_only_shows_itself_until_a_named_person_lets_it_act(
    running: District, broker: Mosquitto
) -> None:
    running.said("shadow", "promote", "--rules", tried(running), *WHO)
    (status,) = running.said("shadow", "status")["items"]
    assert (status["rule"], status["state"]) == ("M-02", "probation")
    assert status["until"] - status["since"] == 14 * DAY

    say(broker, "v1/east/leak/e-l1/telemetry", wet=1)
    eventually_sync(lambda: len(leaks(running)) == 2 and leaks(running)[1]["commands"], "the command that does not go")
    (refused,) = leaks(running)[1]["commands"]
    assert (refused["disposition"]["state"], refused["disposition"]["interlock"]) == ("refused", "probation")

    nobody = running.call("shadow", "approve", "M-02", "--reason", "tried for two weeks in the old system")
    assert nobody.exit_code == 2
    assert "--by" in nobody.output or "--person" in nobody.output
    assert running.call("shadow", "approve", "M-02", "--by", "wang").exit_code == 2
    running.said("shadow", "approve", "M-02", "--by", "wang", "--reason", "tried in the old system")
    (status,) = running.said("shadow", "status", "--all")["items"]
    assert (status["state"], status["approved"]) == ("approved", "wang")
    assert running.said("rules", "history")["items"][0]["reason"] == "tried in the old system"

    say(broker, "v1/east/leak/e-l1/telemetry", wet=0)
    eventually_sync(
        lambda: not running.said("alerts", "--rule", "M-02", "--state", "firing")["items"], "the leak's end"
    )
    say(broker, "v1/east/leak/e-l1/telemetry", wet=1)
    eventually_sync(lambda: len(leaks(running)) == 3 and leaks(running)[2]["commands"], "the command")
    assert leaks(running)[2]["commands"][0]["disposition"]["state"] in {"precheck", "sent"}


def test_a_bad_directory_is_said_at_its_place_and_nothing_is_touched(running: District) -> None:
    before, clock, sets = files(running), hold(running), history(running)
    bad = tried(running, **{"tried/leaks.yaml": LONG_WET + LEAK.replace("when: wet", "when: wett")})
    result = running.call("shadow", "promote", "--rules", bad, *WHO, "--lang", "en")
    assert result.exit_code == 1
    assert f"With the rules of {bad} in force" in result.stderr  # the names that follow are those they would have
    assert "rules/leaks.yaml:" in result.stderr
    assert "wett" in result.stderr
    assert "nothing was written" in result.stderr
    assert (files(running), hold(running), history(running)) == (before, clock, sets)
    assert running.ready()


def test_a_directory_that_is_the_same_or_not_there_changes_nothing(running: District, tmp_path: Path) -> None:
    same = tmp_path / "same"
    same.mkdir()
    (same / "town.yaml").write_text(files(running)["rules/town.yaml"], encoding="utf-8")
    sets = history(running)
    for folder, words in ((same, "the same as"), (tmp_path / "nowhere", "nowhere")):
        result = running.call("shadow", "promote", "--rules", str(folder), *WHO, "--lang", "en")
        assert result.exit_code != 0
        assert words in result.stderr
    assert history(running) == sets
