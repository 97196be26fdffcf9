"""Why a rule did or did not fire on a device or place, now or at an instant that has passed, as one document."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

import msgspec

from processor.engine.inspect import inspect
from processor.engine.inspection import Inspection
from processor.engine.scope import Scope
from processor.model.alert import Transition
from processor.model.district import District
from processor.model.rule import Rule
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.records import DispositionStep, Records
from processor.replay.explain_advice import advice
from processor.replay.explain_holds import HoldStep
from processor.replay.explain_reasons import FIRING, Blocked, Reason, reasons, sentence

STEPS_SHOWN: Final = 12
COMMANDS_SHOWN: Final = 8
EPISODES: Final = 20


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `explain` says. Times are milliseconds since the epoch; `zone` is the district's.

    `block_at` is when the newest block that was taken was handled, `since` from when the journal is there (None: from
    the first start or a checkpoint). `checkpoint_at`: reading began at that checkpoint, and of `holds` before it only
    the beginnings of those that then ran are known. `steps` are the newest of the alert's steps up to `at`, oldest
    first.
    """

    device: str
    rule: str
    at: EpochMs
    fires: bool
    reason: Reason
    sentence: Text
    blocks: tuple[Blocked, ...] = ()
    rule_name: Text = Text()
    runbook: str = ""
    subject_name: Text = Text()
    community: str = ""
    zone: str = "UTC"
    inspection: Inspection | None = None
    holds: tuple[HoldStep, ...] = ()
    steps: tuple[Transition, ...] = ()
    commands: tuple[DispositionStep, ...] = ()
    notes: tuple[Text, ...] = ()
    advice: tuple[Text, ...] = ()
    rules_hash: str = ""
    block_at: EpochMs | None = None
    blocks_read: int = 0
    since: EpochMs | None = None
    checkpoint_at: EpochMs | None = None


def begun(district: District, device: str, rule: str, at: EpochMs, *, block_at: EpochMs | None = None) -> Story:
    """A story of which only the names are known; it has ended already (`blocks`) where one of them does not exist."""
    known = Story(
        device=device,
        rule=rule,
        at=at,
        fires=False,
        reason=Reason.NO_SUCH_RULE,
        sentence=Text(),
        zone=district.zone,
        rules_hash=district.hash,
        block_at=block_at,
        community=community_of(district, device),
    )
    found = district.rules.get(rule)
    if found is None:
        return unknown(known, Reason.NO_SUCH_RULE, rule, list(district.rules))
    known = msgspec.structs.replace(known, rule_name=found.name, runbook=found.runbook)
    if not known.community:
        return unknown(known, Reason.NO_SUCH_DEVICE, device, list(district.devices))
    return known


def told(known: Story, scope: Scope, district: District) -> Story:
    """The story as far as the scope's state tells it; the scope may be running, and is not touched."""
    rule = district.rules[known.rule]
    if not _is_subject(scope, known.device, rule):
        return unknown(known, Reason.NO_SUCH_DEVICE, known.device, list(district.devices))
    seen = inspect(scope, known.device, rule, known.at)
    blocks = reasons(seen, district.zone)
    found = district.devices.get(known.device)
    return msgspec.structs.replace(
        known,
        fires=blocks[0].reason in FIRING,
        reason=blocks[0].reason,
        sentence=sentence(known.rule, seen.subject, blocks[0]),
        blocks=blocks,
        subject_name=found.name if found else Text(),
        inspection=seen,
        notes=_of_a_group(seen),
        advice=advice(seen, known.device, known.rule, blocks),
    )


def with_history(story: Story, records: Records) -> Story:
    """The story with the alert's last steps and commands up to its instant."""
    if story.inspection is None:
        return story
    alerts = records.alerts(subject=story.inspection.subject, rule=story.rule, limit=EPISODES)
    steps = [step for each in alerts for step in records.transitions(each.transition.alert)]
    past = sorted(
        (step for step in steps if step.decided_at <= story.at), key=lambda step: (step.decided_at, step.number)
    )
    shown = tuple(past[-STEPS_SHOWN:])
    return msgspec.structs.replace(story, steps=shown, commands=_commands(shown, story.at, records))


def _commands(steps: Sequence[Transition], at: EpochMs, records: Records) -> tuple[DispositionStep, ...]:
    alerts = dict.fromkeys(step.alert for step in steps)
    commands = [each.command_id for alert in alerts for each in records.dispositions(alert=alert)]
    found = [step for command in commands for step in records.disposition_steps(command) if step.at <= at]
    return tuple(sorted(found, key=lambda step: step.at)[-COMMANDS_SHOWN:])


def community_of(district: District, subject: str) -> str:
    """The community of a device or of a place; "" where it is neither."""
    device = district.devices.get(subject)
    if device is not None:
        return device.community
    name = subject.split("/", 1)[0]
    return name if any(device.community == name for device in district.devices.values()) else ""


def _is_subject(scope: Scope, subject: str, rule: Rule) -> bool:
    watches = rule.watches is not None and subject.startswith(f"{scope.plan.scope}/rule/")
    return watches or subject in scope.devices or f"{rule.id}@{subject}" in scope.groups


def unknown(known: Story, reason: Reason, given: str, names: Sequence[str]) -> Story:
    near = get_close_matches(given, names, 3)
    meant = Text(zh=f"（是否指 {'、'.join(near)}？）", en=f" (did you mean {', '.join(near)}?)") if near else Text()
    words = (
        Text(zh=f"没有规则 {given}{meant.zh}", en=f"there is no rule {given}{meant.en}")
        if reason is Reason.NO_SUCH_RULE
        else Text(zh=f"没有设备或群组 {given}{meant.zh}", en=f"there is no device or group {given}{meant.en}")
    )
    blocked = Blocked(reason, words)
    return msgspec.structs.replace(
        known,
        reason=reason,
        blocks=(blocked,),
        sentence=sentence(known.rule, known.device, blocked),
        advice=advice(None, known.device, known.rule, (blocked,)),
    )


def _of_a_group(seen: Inspection) -> tuple[Text, ...]:
    if not seen.member_of:
        return ()
    return (
        Text(
            zh=f"这是群组规则：以下说的是该设备所在的群组 {seen.member_of}。",
            en=f"This rule is about groups: what follows is of {seen.member_of}, the group the device is in.",
        ),
    )
