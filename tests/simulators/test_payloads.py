"""What the simulators publish is what the shipped profiles read: nothing becomes a dead letter."""

from pathlib import Path

import pytest

from processor.decode.decoder import Decoder
from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.district import District as Configuration
from processor.model.inputs import CommandReply
from processor.model.reading import Reading
from simulators.configuration import write_configuration
from simulators.faults.register import KINDS
from simulators.scenario import FaultSpec
from tests.simulators.districts import district, live

PROFILES = Path(__file__).parents[2] / "config" / "profiles"
SIZE = 200


def configuration(folder: Path) -> Configuration:
    write_configuration(district(devices=SIZE).site.plan, folder)
    (folder / "profiles").symlink_to(PROFILES)
    texts, _ = read_sources(folder)
    found = load(texts).district
    assert found is not None
    return found


@pytest.mark.parametrize("part", range(4))
def test_every_message_of_every_fault_becomes_readings_of_known_devices(tmp_path: Path, part: int) -> None:
    decoder = Decoder(configuration(tmp_path / "config"))
    kinds = [FaultSpec(kind, at_s=90.0 + 30.0 * number) for number, kind in enumerate(sorted(KINDS)[part::4])]
    place = district(*kinds, devices=SIZE)
    spoke: set[str] = set()
    for event in live(place, 1200):
        for outcome in decoder.decode(event.topic, event.payload, event.at, 0):
            assert isinstance(outcome, Reading), (outcome, event.topic, event.payload)
            assert outcome.values
            assert outcome.at == event.at
            spoke.add(outcome.device)
    assert spoke == set(place.site.plans)  # the silent ones fell silent later


def test_a_reply_is_read_as_the_answer_to_its_command(tmp_path: Path) -> None:
    decoder = Decoder(configuration(tmp_path / "config"))
    place = district(devices=SIZE)
    live(place, 120)
    events = place.command("v1/c01/ebike/c01-b1-pile1/command", b'{"id": "c-9", "cmd": "stop_and_lock", "port": 3}')
    events += place.command("v1/c01/valve/c01-b1-r1-valve/command", b'{"id": "c-8", "cmd": "explode"}')
    answers = [
        outcome
        for event in events
        if event.topic.endswith("/reply")
        for outcome in decoder.decode(event.topic, event.payload, event.at, 0)
    ]
    assert answers == [
        CommandReply("c01", "c01-b1-pile1-p3", "c-9", accepted=True, arrived=place.now),
        CommandReply("c01", "c01-b1-r1-valve", "c-8", accepted=False, arrived=place.now),
    ]
