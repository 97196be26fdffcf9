"""People's verbs against a running daemon on a real broker, and what they say when it is away."""

import json

import pytest

from processor.cli.exit_codes import ExitCode
from tests.cli.calling import LEAK, District, publish_leak
from tests.mosquitto import Mosquitto, free_port
from tests.waiting import eventually_sync

pytestmark = [pytest.mark.mosquitto, pytest.mark.xdist_group("cli-daemon")]


def alert_of(district: District) -> str:
    found = district.said("alerts", "--subject", LEAK, "--state", "firing")["items"]
    return str(found[0]["alert"])


def test_alerts_are_listed_for_people_and_for_programs(leaking: District) -> None:
    listed = leaking.said("alerts", "--level", "L2", "--community", "lakeside")
    assert listed["source"] == "daemon"
    assert [item["rule"] for item in listed["items"]] == ["LK-01"]
    result = leaking.call("alerts")
    assert alert_of(leaking) in result.stdout
    assert "漏水" in result.stdout
    assert {item["community"] for item in leaking.said("alerts", "--community", "lakeside")["items"]} == {"lakeside"}


def test_an_alert_is_shown_with_its_steps_commands_and_order(leaking: District) -> None:
    told = leaking.said("alerts", "show", alert_of(leaking))
    assert told["transitions"][0]["after"] == "firing"
    assert told["orders"]
    people = leaking.call("alerts", "show", alert_of(leaking), "--lang", "en")
    assert "wet true" in people.stdout


def test_what_is_not_latched_is_not_reset(leaking: District) -> None:
    result = leaking.call("alerts", "reset", "nothing/here/1", "--by", "li", "--reason", "looked", "--lang", "en")
    assert result.exit_code == 1
    assert "There is no such alert" in result.stderr


def test_an_order_is_accepted_done_and_closed_and_refusals_are_said_in_plain_words(
    leaking: District, broker: Mosquitto
) -> None:
    publish_leak(broker, "sunrise-b1-leak-electric")
    found: list[str] = []

    def opened() -> bool:
        items = leaking.said("orders", "--subject", "sunrise-b1-leak-electric")["items"]
        found.extend(item["id"] for item in items)
        return bool(items)

    eventually_sync(opened, "an order for the electric room")
    order = found[0]
    said = leaking.call("orders", "accept", order, "--person", "li", "--lang", "en")
    assert (said.exit_code, said.stdout) == (0, f"Work order {order}: accepted\n")
    again = leaking.call("orders", "accept", order, "--by", "wang", "--lang", "en")
    assert (again.exit_code, again.stderr) == (1, "The work order's state does not allow this.\n")
    done = leaking.said("orders", "done", order, "--by", "li", "--result", "true_alarm", "--note", "阀门已关")
    assert (done["state"], done["result"], done["note"]) == ("done", "true_alarm", "阀门已关")
    early = leaking.call("orders", "close", order, "--by", "li", "--lang", "en")
    assert early.exit_code == 1
    assert "note" in early.stderr
    assert leaking.said("orders", "close", order, "--by", "li", "--note", "mended")["state"] == "closed"
    assert order not in leaking.call("orders").stdout
    steps = leaking.said("orders", "show", order)["steps"]
    assert [step["state"] for step in steps] == ["open", "accepted", "done", "closed"]


def test_the_same_request_id_is_the_same_action(leaking: District) -> None:
    order = leaking.said("orders", "--subject", LEAK)["items"][0]["id"]
    first = leaking.said("orders", "accept", order, "--by", "li", "--request-id", "the-same-request")
    again = leaking.said("orders", "accept", order, "--by", "li", "--request-id", "the-same-request")
    assert first == again


def test_readings_are_listed_newest_first_and_between_times(leaking: District) -> None:
    listed = leaking.said("readings", LEAK, "--from", "1 h")
    assert listed["items"][0]["values"]["wet"] is True
    assert leaking.said("readings", LEAK, "--to", "30 min")["items"] == []
    assert "battery=90" in leaking.call("readings", LEAK).stdout


def test_dead_letters_are_listed_shown_and_tried_again(leaking: District) -> None:
    letter = leaking.said("deadletters", "--reason", "unknown_device")["items"][0]
    shown = leaking.said("deadletters", "show", str(letter["sequence"]))
    assert json.loads(shown["payload"])["battery_pct"] == 90
    assert leaking.said("deadletters", "retry", "--reason", "unknown_device")["still_dead"] >= 1
    assert leaking.call("deadletters", "show", "999999").exit_code == 1


def test_a_reload_says_what_it_did_and_a_bad_one_every_problem(leaking: District) -> None:
    assert leaking.said("reload", "--by", "li")["changed"] is False
    leaking.replace("rules/ev.yaml", "EV-01:", "EV-01: [")
    try:
        result = leaking.call("reload", "--by", "li")
        assert result.exit_code == 1
        assert "rules/ev.yaml:" in result.stdout
    finally:
        leaking.replace("rules/ev.yaml", "EV-01: [", "EV-01:")
    assert leaking.said("reload", "--by", "li")["ok"] is True


def test_the_kill_switch_is_thrown_and_taken_back(leaking: District) -> None:
    who = ("--by", "li", "--reason", "works on the pipes")
    assert leaking.said("automation", "stop", "--community", "sunrise", *who) == {"ok": True}
    assert leaking.said("automation", "allow", "--community", "sunrise", *who) == {"ok": True}
    assert leaking.call("automation", "stop", "--community", "nowhere", *who).exit_code == 1


def test_mutes_are_listed_with_who_why_and_until(leaking: District) -> None:
    named = ("--device", LEAK, "--rule", "LK-01", "--by", "li")
    said = leaking.call("mute", "add", *named, "--reason", "plumber on site", "--for", "2 h", "--lang", "en")
    assert (said.exit_code, said.stdout) == (
        0,
        f"Muted: LK-01 {LEAK}, for 2 h. The rules go on; what still fires then is told.\n",
    )
    (row,) = leaking.call("mute", "list", "--lang", "en").stdout.splitlines()[2:]
    assert row.split()[:3] == ["lakeside", "LK-01", LEAK]
    assert row.split(maxsplit=5)[5].split(maxsplit=1) == ["li", "plumber on site"]
    assert leaking.call("mute", "end", *named, "--reason", "done").exit_code == 0
    assert leaking.call("mute", "list", "--lang", "en").stdout == "Nothing is muted.\n"
    again = leaking.call("mute", "end", *named, "--reason", "done", "--lang", "en")
    assert (again.exit_code, again.stderr.partition(":")[0]) == (1, "There is no such mute")
    nothing = leaking.call("mute", "add", "--by", "li", "--reason", "r", "--for", "2 h", "--lang", "en")
    assert nothing.exit_code == 2
    assert "--community" in nothing.stderr


def test_a_wrong_token_is_a_wrong_configuration(leaking: District) -> None:
    result = leaking.call("orders", "--lang", "en", console__token="another-token-altogether")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "WARDWATCH_CONSOLE__TOKEN" in result.stderr


def test_lists_are_read_from_the_store_when_the_daemon_is_away(leaking: District) -> None:
    away = {"console__port": str(free_port())}
    for verb in ("alerts", "orders", "readings", "deadletters"):
        asked = leaking.call(verb, "--json", **away)
        told = json.loads(asked.stdout)
        assert (asked.exit_code, told["source"], bool(told["items"])) == (0, "store", True), verb
        assert "wardwatch.db" in asked.stderr  # people are told, on the other stream
        assert set(told["items"][0]) == set(leaking.said(verb)["items"][0])


def test_actions_need_the_daemon_and_say_so(leaking: District) -> None:
    result = leaking.call("orders", "accept", "x", "--by", "li", "--lang", "en", console__port=str(free_port()))
    assert result.exit_code == ExitCode.UNREACHABLE
    assert "wardwatch run" in result.stderr


def test_the_store_is_checked_and_saved_beside_the_daemon_but_not_replaced(leaking: District) -> None:
    assert leaking.said("store", "check")["ok"] is True
    copy = leaking.folder / "copy.db"
    assert leaking.said("store", "backup", str(copy))["bytes"] == copy.stat().st_size
    assert leaking.call("store", "backup", str(copy)).exit_code == ExitCode.STORE
    assert leaking.call("store", "restore", str(copy), "--replace").exit_code == ExitCode.STORE
    assert leaking.call("store", "vacuum").exit_code == ExitCode.STORE
    elsewhere = {"store__path": str(leaking.folder / "elsewhere.db")}
    assert leaking.said("store", "restore", str(copy), **elsewhere)["ok"] is True
    assert leaking.said("store", "vacuum", **elsewhere)["after"] > 0
    assert leaking.said("orders", console__port=str(free_port()), **elsewhere)["items"]


def test_a_store_that_is_none_is_said_to_be_none(district: District) -> None:
    assert district.call("store", "check").exit_code == ExitCode.STORE
    assert district.call("alerts").exit_code == ExitCode.UNREACHABLE  # neither a daemon nor a store
    (district.folder / "wardwatch.db").write_bytes(b"not a database" * 100)
    assert district.call("alerts").exit_code == ExitCode.STORE
