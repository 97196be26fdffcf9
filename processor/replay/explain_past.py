"""`explain` from a store, beside its daemon: the newest state, or that of an instant that has passed."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from processor.model.text import Text
from processor.model.time import MINUTE, EpochMs
from processor.ports.past import BlockHead, Past
from processor.ports.records import Records
from processor.replay.explain import Story, begun, told, unknown, with_history
from processor.replay.explain_holds import HoldLog
from processor.replay.explain_reasons import Reason
from processor.replay.explain_words import instant
from processor.replay.rewind import Load, Progress, Rewinder, Rewound, RulesLost, TooFar

# A daemon that lives handles something, if only a wake-up, well within this; then its silence is worth a word.
QUIET_MS: Final = 10 * MINUTE


class NoStory(StrEnum):
    """Why nothing can be said."""

    EMPTY = "empty"
    BEFORE = "before"
    TOO_FAR = "too_far"
    RULES_LOST = "rules_lost"


class Unanswered(msgspec.Struct, frozen=True):
    """Nothing can be said, and why."""

    reason: NoStory
    text: Text


class Explainer:
    """Tells stories from a store, beside its daemon. `at_most`: refuse to read more blocks than this."""

    def __init__(
        self,
        past: Past,
        records: Records,
        load: Load,
        *,
        progress: Progress = lambda _done, _total: None,
        at_most: int | None = None,
    ) -> None:
        self._past = past
        self._records = records
        self._rewinder = Rewinder(past, load, progress=progress, at_most=at_most)

    def story(self, device: str, rule: str, at: EpochMs) -> Story | Unanswered:
        """What there is to say of this rule on this device (or place) at `at`."""
        newest = self._rewinder.newest(at)
        if newest is None:
            return self._no_block(at)
        try:
            return self._told(device, rule, at, newest)
        except RulesLost as error:
            return Unanswered(NoStory.RULES_LOST, Text(zh=str(error), en=str(error)))
        except TooFar as error:
            return Unanswered(NoStory.TOO_FAR, _too_far(*error.args))

    def zone(self, otherwise: str) -> str:
        """The zone of the newest rules, for the words of whoever asks."""
        newest = self._past.newest()
        try:
            return self._rewinder.district(newest.rules_hash).zone if newest else otherwise
        except RulesLost:
            return otherwise

    def _no_block(self, at: EpochMs) -> Unanswered:
        first = self._past.first()
        if first is None:
            text = Text(
                zh="日志为空：守护进程还没有处理过任何数据。", en="The journal is empty: nothing was handled yet."
            )
            return Unanswered(NoStory.EMPTY, text)
        zone = self.zone("UTC")
        begin, asked = instant(first.now, zone), instant(at, zone)
        text = Text(
            zh=f"日志从 {begin} 开始（{zone} 时间），没有更早的 {asked}。",
            en=f"The journal begins at {begin} ({zone}); it has nothing of {asked}.",
        )
        return Unanswered(NoStory.BEFORE, text)

    def _told(self, device: str, rule: str, at: EpochMs, newest: BlockHead) -> Story:
        district = self._rewinder.district(newest.rules_hash)
        known = begun(district, device, rule, at, block_at=newest.now)
        if known.blocks:
            return known
        log = HoldLog(device, rule)
        rewound = self._rewinder.rewind(known.community, newest, log)
        if rewound is None:
            return unknown(known, Reason.NO_SUCH_DEVICE, device, list(district.devices))
        story = told(known, rewound.scope, rewound.district)
        story = msgspec.structs.replace(
            story,
            holds=log.newest(),
            notes=(*story.notes, *_reach(rewound, at, district.zone)),
            blocks_read=rewound.blocks,
            since=rewound.since,
            checkpoint_at=rewound.checkpoint_at,
        )
        return with_history(story, self._records)


def _reach(rewound: Rewound, at: EpochMs, zone: str) -> Iterator[Text]:
    """How far the journal reaches: up to `at`, and back to where everything began."""
    if at - rewound.newest.now > QUIET_MS:
        newest = instant(rewound.newest.now, zone)
        yield Text(
            zh=f"日志最后一条处理于 {newest}，之后没有任何处理记录：守护进程在运行吗？",
            en=f"The newest of the journal was handled at {newest}, and nothing after it: is the daemon running?",
        )
    if rewound.since is not None:
        begin = instant(rewound.since, zone)
        yield Text(
            zh=f"日志只保留到 {begin}：更早开始的持续时间和时间窗可能比这里显示的更长。",
            en=f"The journal reaches back to {begin} only: holds and windows may have been further than shown.",
        )


def _too_far(blocks: int, at_most: int) -> Text:
    return Text(
        zh=f"需要重放 {blocks} 个日志块，超过允许的 {at_most} 个；请在命令行用 wardwatch explain 查询。",
        en=f"{blocks} blocks of the journal would have to be read, and {at_most} are allowed here; "
        "ask with wardwatch explain on the command line.",
    )
