"""The daemon's life: it comes back as it was, takes other rules without a pause, and ends in order."""

import asyncio
from pathlib import Path

import pytest
import structlog

from processor.model.alert import AlertState
from processor.model.disposition import DispositionState
from processor.model.reading import Reading
from processor.model.time import MINUTE, SECOND
from processor.ports.console import ConditionName
from processor.ports.journal import Checkpoint, JournalFull
from tests.runtime.house import House
from tests.runtime.town import DEVICES, HIGH, LEAK, NORTH, SILENT, sources, town
from tests.waiting import eventually

BAD = {"rules/town.yaml": HIGH + LEAK + SILENT + "M-04:\n  levels: {L2: {when: nonsense >= 3}}\n"}
GOOD = {"rules/town.yaml": HIGH.replace("limit: 300 mA", "limit: 350 mA") + LEAK + SILENT}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def readings(house: House) -> list[Reading]:
    blocks = house.store.journal.blocks(0)
    return [each for _, block in blocks for each in block.inputs if isinstance(each, Reading)]


def newest(house: House, rule: str = "M-01") -> AlertState | None:
    found = house.service._records.alerts(rule=rule)
    return found[0].transition.after if found else None


async def test_a_first_start_takes_messages_and_is_ready(house: House) -> None:
    async with house.life():
        house.health.broker("publish", 0, connected=True)
        house.health.broker("ingest", 0, connected=True)
        assert all(each.ok for each in house.service.readiness())
        assert "v1/+/meter/+/telemetry" in house.ingest.filters
        house.say("v1/east/meter/e-m1/telemetry", current=1)
        await house.quiet()
        assert house.service.figures().counts.stored == 1
    assert not {each.name: each.ok for each in house.service.readiness()}[ConditionName.NOT_STOPPING]


async def test_after_an_orderly_stop_nothing_is_read_again(house: House) -> None:
    async with house.life():
        house.say("v1/east/meter/e-m1/telemetry", current=1)
        await house.quiet()
    with structlog.testing.capture_logs() as logs:
        async with house.life():
            pass
    assert [entry["blocks"] for entry in logs if entry["event"] == "restored"] == [0]


async def test_a_running_hold_and_a_command_survive_a_restart(house: House) -> None:
    async with house.life():
        house.say("v1/east/valve/e-v1/telemetry", position="open")
        house.say("v1/east/meter/e-m1/telemetry", current=400)
        await house.quiet()
        house.pass_time(MINUTE)
        house.say("v1/east/meter/e-m1/telemetry", current=400)
        house.say("v1/east/leak/e-l1/telemetry", wet=1)
        await house.quiet()
        assert len(house.publisher.sent("v1/east/valve/e-v1/command")) == 1
    house.clock.advance(SECOND)
    async with house.life():
        house.pass_time(MINUTE)
        house.say("v1/east/meter/e-m1/telemetry", current=400)
        house.say("v1/east/valve/e-v1/telemetry", position="closed")
        await house.quiet()
        assert newest(house) is AlertState.FIRING
        found = house.service._records.dispositions()
        assert [each.state for each in found] == [DispositionState.VERIFIED]
    assert len(house.publisher.sent("v1/east/valve/e-v1/command")) == 1


async def test_what_was_committed_but_not_acknowledged_before_a_kill_is_known_after_the_start(house: House) -> None:
    acknowledge = house.ingest.acknowledge
    async with house.life():
        house.ingest.acknowledge = lambda receipts: None  # type: ignore[method-assign]  # noqa: ARG005 - killed too early
        for number in range(50):
            house.say("v1/east/meter/e-m1/telemetry", current=1, ts=house.clock.now() + number)
        await house.quiet()
    house.ingest.acknowledge = acknowledge  # type: ignore[method-assign]  # the next life
    async with house.life():
        await house.quiet()
        assert house.service.figures().counts.duplicates == 50
        assert len(readings(house)) == 50
        assert house.ingest.unacknowledged == []


async def test_a_stop_lets_the_core_learn_how_its_last_command_was_delivered(house: House) -> None:
    async with house.life():
        house.say("v1/east/valve/e-v1/telemetry", position="open")
        await house.quiet()
        house.publisher.gate.clear()
        house.say("v1/east/leak/e-l1/telemetry", wet=1)
        await eventually(lambda: house.publisher.in_flight >= 2, "the command on its way")
        house.daemon.stop()
        await eventually(lambda: not house.service.readiness()[-1].ok, "the daemon stopping")
        await asyncio.sleep(0.05)  # were the core ended first, it would be by now
        house.publisher.gate.set()
    inputs = []
    async with house.open():
        inputs = [each for _, block in house.store.journal.blocks(0) for each in block.inputs]
    assert sum(type(each).__name__ == "CommandDelivered" for each in inputs) == 1


async def test_a_bad_set_of_rules_changes_nothing_and_is_shown(house: House) -> None:
    async with house.life():
        warnings, before = house.service.figures().configuration_problems, house.service.figures().rules_hash
        house.edit(BAD)
        with structlog.testing.capture_logs() as logs:
            answer = await house.reload("li")
        assert not answer.changed
        assert answer.rules_hash == before == house.service.figures().rules_hash
        assert any("nonsense" in problem.render("en") for problem in answer.problems)
        assert house.service.figures().configuration_problems == len(answer.problems) > warnings
        assert any("nonsense" in str(entry.get("problem")) for entry in logs)
        for minute in range(3):  # the last good rules go on deciding
            house.say("v1/east/meter/e-m1/telemetry", current=400)
            await house.quiet()
            house.pass_time(MINUTE if minute < 2 else 0)
        assert newest(house) is AlertState.FIRING
        house.texts = sources()
        await house.reload("li")
        assert house.service.figures().configuration_problems == warnings
    assert len(readings_of_store(house)) == 3


def readings_of_store(house: House) -> list[str]:
    """After a life: read what is on the disk."""
    from processor.adapters.sqlite.queries import SqliteRecords  # noqa: PLC0415 - only here

    records = SqliteRecords(house.path)
    try:
        return [each.device for each in records.readings(limit=1000)]
    finally:
        records.close()


async def test_a_good_set_takes_effect_and_loses_neither_reading_nor_hold(house: House) -> None:
    async with house.life():
        house.say("v1/east/leak/e-l1/telemetry", wet=1)
        house.say("v1/west/meter/w-m1/telemetry", current=320)
        await house.quiet()
        assert newest(house) is AlertState.PENDING
        house.edit(GOOD)
        reloading = asyncio.ensure_future(house.reload("li"))
        for number in range(50):
            house.say("v1/west/meter/w-m2/telemetry", current=number, ts=house.clock.now() + number)
        answer = await reloading
        assert answer.changed
        assert answer.rules_hash == house.service.figures().rules_hash == house.people[-1].hash
        await house.quiet()
        assert newest(house) is AlertState.OK, "320 mA is under the new limit"
        assert newest(house, "M-02") is AlertState.FIRING, "a rule that means the same goes on"
        assert len(readings(house)) == 52
    async with house.life():
        assert house.service.figures().rules_hash == answer.rules_hash


async def test_a_new_profile_is_listened_to_after_a_reload(house: House) -> None:
    async with house.life():
        meter = house.texts["config/profiles/meter.yaml"]
        house.edit({"config/profiles/meter.yaml": meter.replace("v1/{community}/meter", "v2/{community}/meter")})
        await house.reload("li")
        assert "v2/+/meter/+/telemetry" in house.ingest.filters


@pytest.mark.parametrize(
    ("what", "code"), [(JournalFull("no room"), "store"), (RuntimeError("a fault of ours"), "internal")]
)
async def test_a_reload_that_fails_midway_changes_nothing_and_says_so(house: House, what: Exception, code: str) -> None:
    async with house.life():
        before = house.service.figures().rules_hash
        house.edit(GOOD)

        def fail() -> None:
            raise what

        house.before_adopting = fail
        answer = await house.reload("li")
        assert (answer.changed, answer.rules_hash) == (False, before)
        assert answer.problems[0].code == code
        assert str(what) in answer.problems[0].render("en")
        assert house.service.figures().rules_hash == before
        house.before_adopting = lambda: None
        assert (await house.reload("li")).changed


async def test_a_saved_file_is_taken_without_being_asked(house: House) -> None:
    async with house.life():
        house.edit(GOOD)
        house.changes.put_nowait("rules/town.yaml")
        wanted = town(house.texts).hash
        await eventually(lambda: house.service.figures().rules_hash == wanted, "the new rules")


async def test_files_that_say_the_same_change_nothing(house: House) -> None:
    async with house.life():
        offset = house.service.figures().journal_offset
        answer = await house.reload("li")
        assert not answer.changed
        assert house.service.figures().journal_offset == offset


async def test_a_reload_is_done_whole_though_who_asked_went_away(house: House) -> None:
    async with house.life():
        house.edit(GOOD)
        loop = asyncio.get_running_loop()

        def go_away() -> None:
            loop.call_soon_threadsafe(asked.cancel)

        house.before_adopting = go_away
        asked = asyncio.ensure_future(house.reload("li"))
        await asyncio.wait({asked})
        wanted = town(house.texts).hash
        await eventually(lambda: house.people[-1].hash == wanted, "the new people beside the new rules")
        assert house.service.figures().rules_hash == wanted


async def test_before_the_state_is_back_a_reload_is_refused(house: House) -> None:
    async with house.open():
        house.edit(GOOD)
        assert not (await house.reload("SIGHUP")).changed


async def test_other_files_at_a_start_are_a_change_of_rules(house: House) -> None:
    async with house.life():
        house.say("v1/west/meter/w-m1/telemetry", current=320)
        await house.quiet()
    house.edit({**GOOD, "config/devices.yaml": DEVICES + NORTH})
    async with house.life():
        assert newest(house) is AlertState.OK
        assert house.service.figures().devices == 6
        saved = {each.scope for each in house.store.journal.checkpoints()}
        assert saved == {"east", "west", "north"}


async def test_a_start_forgets_sinks_and_scopes_that_left(tmp_path: Path) -> None:
    async with House(tmp_path, sinks=("influx", "old")).life() as house:
        house.store.journal.save_checkpoints([Checkpoint("gone", 1, 1, house.service.figures().rules_hash, b"")])
        assert house.store.cursors._reader.rows("SELECT count(*) FROM cursors") == [(2,)]
    async with House(tmp_path, sinks=("influx",)).life() as house:
        assert house.store.cursors._reader.rows("SELECT sink FROM cursors") == [("influx",)]
        assert {each.scope for each in house.store.journal.checkpoints()} == {"east", "west"}


async def test_a_stop_that_comes_while_starting_is_obeyed_even_with_a_full_disk(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_batch: object) -> int:
        raise JournalFull("no room")

    async with asyncio.timeout(20):
        async with house.open():
            monkeypatch.setattr(house.store.journal, "commit", refuse)
            house.daemon.stop()
            await house.daemon.run()
