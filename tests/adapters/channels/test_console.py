"""The console line: readable, in one language, on one line, naming nobody."""

from zoneinfo import ZoneInfo

import msgspec

from processor.adapters.channels import ConsoleChannel
from processor.model.person import Person
from processor.model.text import Text
from processor.ports.broker import Sent, Unreachable
from tests.runtime.effects import reminder

PERSON = Person(id="p1", name="李伟", roles=("grid_worker",), covers=("g1",), phone="13800000000")


async def test_the_line_says_title_place_and_whom_it_concerns_and_nothing_twice() -> None:
    lines: list[str] = []
    channel = ConsoleChannel("console", lines.append, language="zh", zone=ZoneInfo("Asia/Shanghai"))
    said = msgspec.structs.replace(
        reminder(), title=Text(zh="【橙】剩余电流报警", en=""), body=Text(zh="412 mA，已超过 300 mA\n工单：o1", en="")
    )
    assert await channel.tell(said, (PERSON,)) == Sent()
    assert lines == [
        "2023-11-15 06:13:20 【橙】剩余电流报警：412 mA，已超过 300 mA 工单：o1 [g1 · e1] → grid_worker（1 人）"
    ]


async def test_it_speaks_english_when_told() -> None:
    lines: list[str] = []
    await ConsoleChannel("console", lines.append, language="en").tell(reminder(), ())
    start, end = (
        "2023-11-14 22:13:20 Residual current alarm: ",
        "[g1 · e1] -> grid_worker (0 on duty)",
    )
    assert lines == [start + "412 mA, above 300 mA " + end]


async def test_names_and_numbers_of_people_are_not_written() -> None:
    lines: list[str] = []
    await ConsoleChannel("console", lines.append).tell(reminder(), (PERSON,))
    assert "李伟" not in lines[0]
    assert "1380" not in lines[0]


async def test_what_a_terminal_would_obey_is_taken_out() -> None:
    lines: list[str] = []
    hostile = msgspec.structs.replace(reminder(), subject="e1\n2024 forged \x1b[2J\u202e\u2028")
    await ConsoleChannel("console", lines.append).tell(hostile, ())
    assert not set(lines[0]) & set("\n\x1b\u202e\u2028")


async def test_an_output_that_fails_is_tried_again_later() -> None:
    def broken(_line: str) -> None:
        raise BrokenPipeError

    outcome = await ConsoleChannel("console", broken).tell(reminder(), ())
    assert isinstance(outcome, Unreachable)
