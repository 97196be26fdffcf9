"""What of a device rule's evidence is free of doubt, where the evidence is other devices' as well as its own."""

from collections.abc import Sequence

from processor.engine.alerts import Moment
from processor.engine.blueprint import Asked, BoundRule, BoundTrigger
from processor.engine.device_state import DeviceState
from processor.engine.tally import FreshTally
from processor.engine.window import Window
from processor.engine.window_groups import GroupWindow
from processor.language.compiled import DeviceView, WindowView
from processor.model.evidence import Verdict
from processor.model.time import EpochMs


def fresh_windows(windows: Sequence[Window]) -> Sequence[WindowView]:
    """The windows, of those over group tests only what is free of doubt (that of the others is known otherwise)."""
    return [window.fresh() if isinstance(window, GroupWindow) else window for window in windows]


class FreshEyes:
    """A device as its expressions see it (`compiled.DeviceView`), but of its peers only what is free of doubt."""

    __slots__ = ("arrivals", "last_arrival", "peers", "values", "windows")

    def __init__(self, device: DeviceState) -> None:
        self.values = device.values
        self.arrivals = device.arrivals
        self.last_arrival = device.last_arrival
        self.windows = fresh_windows(device.windows)
        self.peers: Sequence[FreshTally | None] = [None if view is None else view.fresh() for view in device.peers]


def is_clean(device: DeviceState, asked: Asked | BoundTrigger, now: EpochMs) -> bool:
    """Whether no doubtful reading has a part in what the device's own points say."""
    is_tainted = asked.window_ms and device.doubt and now - device.doubt_at <= asked.window_ms
    return not is_tainted and not device.doubted & asked.mask


def proofs(
    device: DeviceState, bound: BoundRule, verdicts: Sequence[Verdict], moment: Moment
) -> list[bool | None] | None:
    """By trigger: whether this moment proves it (True), nothing new does (None), or doubt has a part in it (False).

    None for a rule whose evidence is all the device's own: then the moment alone tells.
    """
    if not bound.proves:
        return None
    eyes = FreshEyes(device)
    return [
        _proof(device, eyes, trigger, moment) if verdict else False
        for trigger, verdict in zip(bound.triggers, verdicts, strict=True)
    ]


def _proof(device: DeviceState, eyes: DeviceView, trigger: BoundTrigger, moment: Moment) -> bool | None:
    if not is_clean(device, trigger, moment.now) or trigger.condition.evaluate(eyes, moment.now) is not True:
        return False
    # What a member says proves nothing about the device's own silence.
    is_said = moment.at is not None or (moment.told and not trigger.condition.asks_silence)
    return True if is_said and moment.doubt is None else None
