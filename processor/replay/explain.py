"""Why a rule did or did not fire on a device or place, now or at an instant that has passed, as one document."""

from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

import msgspec

from processor.engine.inspect import inspect
from processor.engine.inspection import Inspection
from processor.model.alert import Transition
from processor.model.district import District
from processor.model.text import Text
from processor.model.time import MINUTE, EpochMs
from processor.ports.past import BlockHead, Past
from processor.ports.records import DispositionStep, Records
from processor.replay.explain_holds import HoldLog, HoldStep
from processor.replay.explain_reasons import FIRING, Blocked, Reason, reasons, sentence
from processor.replay.explain_words import instant
from processor.replay.rewind import Load, Progress, Rewinder, Rewound, RulesLost, TooFar

STEPS_SHOWN: Final = 12
COMMANDS_SHOWN: Final = 8
EPISODES: Final = 20
# A daemon that lives handles something, if only a wake-up, well within this; then its silence is worth a word.
QUIET_MS: Final = 10 * MINUTE


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `explain` says. Times are milliseconds since the epoch; `zone` is the district's.

    `block_at` is when the newest block that was taken was handled, `since` from when the journal is there (None: from
    the first start or a checkpoint). `steps` are the newest of the alert's steps up to `at`, oldest first.
    """

    device: str
    rule: str
    at: EpochMs
    fires: bool
    reason: Reason
    sentence: Text
    blocks: tuple[Blocked, ...] = ()
    rule_name: Text = Text()
    subject_name: Text = Text()
    community: str = ""
    zone: str = "UTC"
    inspection: Inspection | None = None
    holds: tuple[HoldStep, ...] = ()
    steps: tuple[Transition, ...] = ()
    commands: tuple[DispositionStep, ...] = ()
    notes: tuple[Text, ...] = ()
    rules_hash: str = ""
    block_at: EpochMs | None = None
    blocks_read: int = 0
    since: EpochMs | None = None


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
        begin, asked = instant(first.now, "UTC"), instant(at, "UTC")
        text = Text(
            zh=f"日志从 {begin} UTC 开始，没有更早的 {asked} UTC。",
            en=f"The journal begins at {begin} UTC; it has nothing of {asked} UTC.",
        )
        return Unanswered(NoStory.BEFORE, text)

    def _told(self, device: str, rule: str, at: EpochMs, newest: BlockHead) -> Story:
        district = self._rewinder.district(newest.rules_hash)
        community = community_of(district, device)
        known = Story(
            device=device,
            rule=rule,
            at=at,
            fires=False,
            reason=Reason.NO_SUCH_RULE,
            sentence=Text(),
            zone=district.zone,
            rules_hash=newest.rules_hash,
            block_at=newest.now,
            community=community,
        )
        if rule not in district.rules:
            return _unknown(known, Reason.NO_SUCH_RULE, rule, list(district.rules))
        known = msgspec.structs.replace(known, rule_name=district.rules[rule].name)
        log = HoldLog(device, rule)
        rewound = self._rewinder.rewind(community, newest, log.watch) if community else None
        if rewound is None or not _is_subject(rewound, device, rule):
            return _unknown(known, Reason.NO_SUCH_DEVICE, device, list(district.devices))
        return self._of(rewound, known, log)

    def _of(self, rewound: Rewound, known: Story, log: HoldLog) -> Story:
        district, at = rewound.district, known.at
        seen = inspect(rewound.scope, known.device, district.rules[known.rule], at)
        blocks = reasons(seen, district.zone)
        first = blocks[0]
        steps = self._steps(seen.subject, known.rule, at)
        found = district.devices.get(known.device)
        return msgspec.structs.replace(
            known,
            fires=first.reason in FIRING,
            reason=first.reason,
            sentence=sentence(known.rule, seen.subject, first),
            blocks=blocks,
            subject_name=found.name if found else Text(),
            inspection=seen,
            holds=log.newest(),
            steps=steps,
            commands=self._commands(steps, at),
            notes=_notes(seen, rewound, district),
            blocks_read=rewound.blocks,
            since=rewound.since,
        )

    def _steps(self, subject: str, rule: str, at: EpochMs) -> tuple[Transition, ...]:
        alerts = self._records.alerts(subject=subject, rule=rule, limit=EPISODES)
        steps = [step for each in alerts for step in self._records.transitions(each.transition.alert)]
        past = sorted(
            (step for step in steps if step.decided_at <= at), key=lambda step: (step.decided_at, step.number)
        )
        return tuple(past[-STEPS_SHOWN:])

    def _commands(self, steps: Sequence[Transition], at: EpochMs) -> tuple[DispositionStep, ...]:
        alerts = dict.fromkeys(step.alert for step in steps)
        commands = [each.command_id for alert in alerts for each in self._records.dispositions(alert=alert)]
        found = [step for command in commands for step in self._records.disposition_steps(command) if step.at <= at]
        return tuple(sorted(found, key=lambda step: step.at)[-COMMANDS_SHOWN:])


def community_of(district: District, subject: str) -> str:
    """The community of a device or of a place; "" where it is neither."""
    device = district.devices.get(subject)
    if device is not None:
        return device.community
    name = subject.split("/", 1)[0]
    return name if any(device.community == name for device in district.devices.values()) else ""


def _is_subject(rewound: Rewound, subject: str, rule: str) -> bool:
    scope = rewound.scope
    watches = rewound.district.rules[rule].watches is not None and subject.startswith(f"{scope.plan.scope}/rule/")
    return watches or subject in scope.devices or f"{rule}@{subject}" in scope.groups


def _unknown(known: Story, reason: Reason, given: str, names: Sequence[str]) -> Story:
    near = get_close_matches(given, names, 3)
    meant = Text(zh=f"（是否指 {'、'.join(near)}？）", en=f" (did you mean {', '.join(near)}?)") if near else Text()
    words = (
        Text(zh=f"没有规则 {given}{meant.zh}", en=f"there is no rule {given}{meant.en}")
        if reason is Reason.NO_SUCH_RULE
        else Text(zh=f"没有设备或分组 {given}{meant.zh}", en=f"there is no device or group {given}{meant.en}")
    )
    blocked = Blocked(reason, words)
    return msgspec.structs.replace(
        known, reason=reason, blocks=(blocked,), sentence=sentence(known.rule, known.device, blocked)
    )


def _notes(seen: Inspection, rewound: Rewound, district: District) -> tuple[Text, ...]:
    zone, found = district.zone, []
    if seen.member_of:
        text = Text(
            zh=f"这是分组规则：以下说的是该设备所在的分组 {seen.member_of}。",
            en=f"This rule is about groups: what follows is of {seen.member_of}, the group the device is in.",
        )
        found.append(text)
    quiet = seen.at - rewound.newest.now
    if quiet > QUIET_MS:
        newest = instant(rewound.newest.now, zone)
        text = Text(
            zh=f"日志最后一条处理于 {newest}，之后没有任何处理记录：守护进程在运行吗？",
            en=f"The newest of the journal was handled at {newest}, and nothing after it: is the daemon running?",
        )
        found.append(text)
    if rewound.since is not None:
        begin = instant(rewound.since, zone)
        text = Text(
            zh=f"日志只保留到 {begin}：更早开始的持续时间和时间窗可能比这里显示的更长。",
            en=f"The journal reaches back to {begin} only: holds and windows may have been further than shown.",
        )
        found.append(text)
    return tuple(found)


def _too_far(blocks: int, at_most: int) -> Text:
    return Text(
        zh=f"需要重放 {blocks} 个日志块，超过允许的 {at_most} 个；请在命令行用 wardwatch explain 查询。",
        en=f"{blocks} blocks of the journal would have to be read, and {at_most} are allowed here; "
        "ask with wardwatch explain on the command line.",
    )
