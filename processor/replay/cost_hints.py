"""What makes a rule dear, and what makes it cheaper: one sentence each, in both languages."""

from typing import Final

from processor.language.compiled import WindowKind
from processor.language.windows import LONGEST_KEPT_MS
from processor.model.text import Text
from processor.model.time import HOUR
from processor.replay.rule_cost import DearWindow, RuleCost
from processor.replay.unit_costs import Span

_RANKS: Final = frozenset({WindowKind.MEDIAN, WindowKind.PERCENTILE})
_LONGEST: Final = LONGEST_KEPT_MS // HOUR
_MOST: Final = 0.5


def hint(cost: RuleCost) -> Text:
    """What is dear about the rule, and the mend."""
    fed = cost.micros - cost.conditions - cost.groups - cost.waiting
    if cost.waiting >= _MOST * cost.micros:
        return Text(
            zh="它的窗口只靠等待就能到限，所以两条消息之间还要再看这台设备的所有规则；能用周期测点时请用周期测点",
            en="waiting alone can carry its windows over their bound, so that between two messages every rule of the "
            "device is looked at again; ask a point that is reported at regular times where there is one",
        )
    if cost.dearest is not None and (fed >= _MOST * cost.micros or cost.window_bytes > cost.member_bytes):
        return _of_window(cost.dearest)
    if cost.groups > cost.conditions:
        return Text(
            zh="每台成员的每条消息都要回答群组条件；请少问一些设备：缩小 applies_to，或在 where 里先写 "
            "tag(profile) == …",
            en="each message of each member answers its group tests; ask fewer devices: narrow applies_to, or begin "
            "the where with tag(profile) == …",
        )
    return Text(
        zh="条件多；请把最少成立的一条写在 and 的最前面，其余的就多半不用看",
        en="it has many conditions; put the one that is seldom true first among those joined by and, for the others "
        "are then seldom looked at",
    )


def _of_window(window: DearWindow) -> Text:
    count = Text(zh=f"（同样的窗口有 {window.alike} 个）", en=f" (one of {window.alike} alike)")
    also = count if window.alike > 1 else Text(zh="", en="")
    mend = _mend(window)
    return Text(
        zh=f"最贵的是窗口 {window.text}{also.zh}；{mend.zh}", en=f"the window {window.text}{also.en}; {mend.en}"
    )


def _mend(window: DearWindow) -> Text:
    if window.span in {Span.SAME_HOUR, Span.DAYS}:
        return Text(
            zh="请减少天数，或让几条规则用完全相同的窗口（只保存一份）",
            en="ask for fewer days, or the very same window in several rules (it is kept once)",
        )
    if window.span is Span.LONG:
        return Text(
            zh="请缩短窗口，或让几条规则用完全相同的窗口（只保存一份）",
            en="shorten it, or ask for the very same window in several rules (it is kept once)",
        )
    if window.kind in _RANKS:
        return Text(
            zh="请缩短窗口，或改用 avg、max，它们少保存一份排序",
            en="shorten it, or use avg or max, which keep no second copy in order of size",
        )
    return Text(
        zh=f"请缩短窗口；不超过 {_LONGEST} h 时每个读数都保存，更长的窗口只保存每小时的结果",
        en=f"shorten it: up to {_LONGEST} h every reading is kept (a longer one keeps only hours)",
    )
