"""`doctor` at the broker: can we come in, who speaks, who is silent, whose clock is wrong."""

from typing import Final

from processor.cli.findings import Finding, note, skipped, well, wrong
from processor.cli.listening import Listener, Silent
from processor.cli.wire_doctor import Visit, decoder_for, visit_broker
from processor.loading.settings_model import Settings
from processor.model.district import District
from processor.model.text import Text
from processor.model.time import SECOND

SHOWN: Final = 5
MANY: Final = 3
UNKNOWN_DEVICE_CURE: Final = Text(
    zh="wardwatch deadletters 列出详情：登记设备或修正设备模板，然后 wardwatch deadletters retry。",
    en="wardwatch deadletters says more: register the devices in devices.yaml or devices.csv, or mend the profile; "
    "then wardwatch deadletters retry.",
)


def look_at_broker(settings: Settings, district: District | None, listen_s: float) -> list[Finding]:
    """Everything that a visit to the broker shows. Without a district it is only whether we may come in."""
    where = f"{settings.broker.host}:{settings.broker.port}"
    if district is None:
        reached = visit_broker(settings, (), listen_s=0, on_message=lambda _: None, enough=lambda: True)
        quiet = skipped("topics", "配置有错误，未监听主题。", "Nothing was listened to: the configuration has errors.")
        return [_broker(reached, where), quiet]
    decoder = decoder_for(settings, district)
    listener = Listener(district, decoder)
    reached = visit_broker(
        settings,
        decoder.filters,
        listen_s=listen_s,
        on_message=listener.take,
        enough=lambda: listener.everybody_spoke,
    )
    if reached.fault is not None:
        quiet = skipped("topics", "未能监听主题。", "Nothing could be listened to.")
        return [_broker(reached, where), quiet]
    heard = [*_topics(listener, reached.listened_s, devices=len(district.devices)), *_clocks(listener)]
    return [_broker(reached, where), *_refused(reached), *heard, *_unread(listener)]


def _broker(reached: Visit, where: str) -> Finding:
    if reached.fault is None:
        return well("broker", f"MQTT 服务器 {where} 可以连接。", f"The broker {where} lets us in.")
    return wrong("broker", reached.fault.text(where))


def _refused(reached: Visit) -> list[Finding]:
    if not reached.refused:
        return []
    names = ", ".join(reached.refused[:SHOWN])
    return [
        wrong(
            "subscriptions",
            Text(zh=f"服务器拒绝订阅：{names}", en=f"The broker refuses our subscription to {names}"),
            Text(
                zh="请在服务器的访问控制中允许该用户读取这些主题。",
                en="Let this user read these topics in the broker's access rules.",
            ),
        )
    ]


def _topics(listener: Listener, listened_s: float, *, devices: int) -> list[Finding]:
    if not devices:
        return [note("topics", Text(zh="还没有登记任何设备。", en="No devices are registered yet."))]
    silent = listener.silent()
    told = [_silent(one, listened_s) for one in silent]
    if not silent or listener.messages:
        live = listener.messages - listener.retained
        told.insert(
            0,
            well(
                "topics",
                f"{listened_s:.0f} 秒内收到 {live} 条消息（另有服务器保留的 {listener.retained} 条）。",
                f"{live} messages came in {listened_s:.0f} s (and {listener.retained} that the broker had kept).",
            ),
        )
    return told


def _silent(one: Silent, listened_s: float) -> Finding:
    topics = ", ".join(one.topics)
    what = Text(
        zh=f"{listened_s:.0f} 秒内没有收到 {one.name} 的消息（{one.devices} 台设备，主题 {topics}）。",
        en=f"No messages on the topics of {one.name} in {listened_s:.0f} s ({one.devices} devices, {topics}).",
    )
    if one.period is not None and listened_s * SECOND >= 2 * one.period:
        cure = Text(
            zh="设备在线吗？它们发布的主题与设备模板的 listen 一致吗？该用户有权读取吗？",
            en="Are the devices up? Do they publish to the topics of the profile? May this user read them?",
        )
        return wrong("topics", what, cure)
    if one.period is None:
        return note("topics", what, Text(zh="这类设备只在变化时上报。", en="These devices speak only on a change."))
    long_s = 2 * one.period // SECOND
    cure = Text(
        zh=f"上报周期为 {one.period // SECOND} 秒，可再听久一些：wardwatch doctor --listen {long_s}s",
        en=f"They speak every {one.period // SECOND} s; listen longer: wardwatch doctor --listen {long_s}s",
    )
    return note("topics", what, cure)


def _clocks(listener: Listener) -> list[Finding]:
    off = list(listener.wrong_clocks)
    if not listener.clocks:
        return []
    if not off:
        seconds = listener.typical_difference / SECOND
        return [
            well(
                "clocks",
                f"{listener.clocks} 台设备的时钟与本机相差不超过 1 分钟（中位数 {seconds:+.1f} 秒）。",
                f"The clocks of {listener.clocks} devices are within a minute of ours (middle: {seconds:+.1f} s).",
            )
        ]
    names = ", ".join(off[:SHOWN]) + ("…" if len(off) > SHOWN else "")
    ours = len(off) >= MANY and 2 * len(off) > listener.clocks
    what = Text(
        zh=f"{listener.clocks} 台设备中有 {len(off)} 台的时钟与本机相差超过 1 分钟：{names}",
        en=f"The clocks of {len(off)} of {listener.clocks} devices are more than a minute from ours: {names}",
    )
    cure = (
        Text(
            zh="多数设备都不一致：请检查本机时钟（timedatectl）。",
            en="Most are: check this machine's clock (timedatectl).",
        )
        if ours
        else Text(
            zh="请给这些设备校时；在此之前按到达时间判断，且不会据此自动处置。",
            en="Set their clocks; until then arrival time is used, and nothing they say leads to a command.",
        )
    )
    return [wrong("clocks", what, cure)]


def _unread(listener: Listener) -> list[Finding]:
    if not listener.rejected:
        return []
    said = ", ".join(f"{reason} × {number}" for reason, number in listener.rejected.most_common(SHOWN))
    example = next(iter(listener.examples.values()))[:200]
    what = Text(zh=f"有消息无法识别：{said}。例如 {example}", en=f"Messages cannot be read: {said}. Such as {example}")
    return [wrong("messages", what, UNKNOWN_DEVICE_CURE)]
