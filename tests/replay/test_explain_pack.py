"""Every shipped rule can be explained on every device of the example, before and after it has said something."""

from zoneinfo import ZoneInfo

import pytest

from processor.cli.explain_text import Page
from processor.engine.core import Core
from processor.engine.snapshot import snapshot
from processor.loading.example import write_example
from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.district import District
from processor.model.profile import PointKind
from processor.model.reading import Reading, Value
from processor.model.time import MINUTE
from processor.replay.explain import begun, told
from tests.runtime.plant import T0


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> District:
    folder = tmp_path_factory.mktemp("example")
    write_example(folder)
    sources, _ = read_sources(folder / "config", folder / "rules")
    loaded = load(sources)
    assert loaded.district is not None, [problem.render() for problem in loaded.problems]
    return loaded.district


def something(district: District, device: str, *, high: bool) -> dict[str, Value]:
    """A value for every point of the device."""
    found: dict[str, Value] = {}
    for name, point in district.profiles[district.devices[device].profile].points.items():
        if point.kind is PointKind.NUMBER:
            found[name] = (point.high if high else point.low) or 0.0
        elif point.kind is PointKind.BOOLEAN:
            found[name] = high
        else:
            found[name] = sorted(point.members.values() or ["x"])[0 if high else -1]
    return found


def explained(core: Core, now: int) -> int:
    """How many stories were told; each must have a sentence in both languages and a page without a gap."""
    count = 0
    zone = ZoneInfo(core.district.zone)
    for scope in core.scopes.values():
        before = snapshot(scope)
        for subject in (*scope.devices, *(group.place for group in scope.groups.values())):
            for rule in core.district.rules:
                story = told(begun(core.district, subject, rule, now), scope, core.district)
                assert story.sentence.zh.endswith("。")
                assert story.sentence.en.endswith(".")
                count += 1
                if count % 7 == 0:
                    assert all("{" not in line or "}" in line for line in Page(story, "zh", zone).lines())
        assert snapshot(scope) == before
    return count


def test_every_rule_can_be_explained_on_every_subject(example: District) -> None:
    core = Core(example)
    core.turn(core.start(T0, None), T0)
    assert explained(core, T0 + MINUTE) > 1_000
    for minute in range(1, 4):
        now = T0 + minute * MINUTE
        for number, device in enumerate(example.devices):
            reading = Reading(device, now, now, something(example, device, high=minute != 2), 0, minute * 1000 + number)
            core.turn([*core.wakes(now), reading], now)
    explained(core, now + 1_000)
