"""Feeds the windows over group tests: of a device whose rule asks those around it, and of a place."""

from collections.abc import Collection, Iterable, Sequence

from processor.engine.device_state import DeviceState
from processor.engine.evidence import FreshEyes
from processor.engine.window import Window
from processor.engine.window_groups import GroupWindow
from processor.language.compiled import DeviceView, WindowSpec
from processor.model.time import EpochMs


def feed_device(device: DeviceState, windows: Iterable[int], now: EpochMs, said: Collection[int] = ()) -> None:
    """Let these windows take what they sample now; those in `said` even if it is the same, as a reading said it.

    Inner windows come first: the order of their indices.
    """
    blueprint = device.blueprint
    eyes = FreshEyes(device) if any(bound.proves for bound in blueprint.rules) else None
    for index in sorted(windows):
        spec = blueprint.windows[index]
        is_doubted = any(device.doubted >> slot & 1 for slot in spec.slots)
        take(spec, device.windows[index], device, None if is_doubted else eyes, now, always=index in said)


def feed_place(
    specs: Sequence[WindowSpec], windows: Sequence[Window], view: DeviceView, eyes: DeviceView | None, now: EpochMs
) -> None:
    """Let the windows of one condition over a place take what they sample now, if it is another than before."""
    for spec, window in zip(specs, windows, strict=True):
        take(spec, window, view, eyes, now, always=False)


def take(
    spec: WindowSpec, window: Window, view: DeviceView, eyes: DeviceView | None, now: EpochMs, *, always: bool
) -> None:
    """Let one window take its sample. `eyes` see only what is free of doubt; None: nothing need be, or is."""
    if isinstance(window, GroupWindow):
        sample = spec.sample(view, now)
        window.take(now, sample, always=always, doubtful=eyes is None or spec.sample(eyes, now) != sample)
