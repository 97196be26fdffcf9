"""What a person should know before the figures of a backtest: that of that time, or a part of it, nothing is known."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from processor.cli.tables import moment
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.history import Extent
from processor.replay.backtest_result import Source

NOTHING: Final = Text(
    zh="注意：没有可用的读数，以下为零不代表规则没有问题。",
    en="Mind: there were no readings at all; the noughts below say nothing about the rules.",
)
OUTSIDE: Final = Text(
    zh="注意：该时段没有任何数据（数据自 {first} 至 {last}），以下为零不代表规则没有问题。",
    en="Mind: nothing was said in that time (there is something from {first} to {last}); the noughts below say nothing "
    "about the rules.",
)
BEGINS: Final = Text(
    zh="注意：数据自 {first} 才开始，之前的时间没有计入任何读数。",
    en="Mind: what is kept begins at {first}; of the time before there is nothing.",
)


def notes(source: Source, extent: Extent, asked_since: EpochMs | None, zone: tzinfo) -> Iterator[Text]:
    """The words, none where all of that time is known. Files do not know their extent: then readings tell."""
    first, last = extent.first, extent.last
    if first is None or last is None:
        if not source.readings:
            yield NOTHING
        return
    named = {"first": moment(first, zone), "last": moment(last, zone)}
    if source.until <= first or source.since > last:
        found = OUTSIDE
    elif asked_since is not None and asked_since < first:
        found = BEGINS
    else:
        return
    yield Text(zh=found.zh.format(**named), en=found.en.format(**named))
