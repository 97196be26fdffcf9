"""`doctor` at the daemon: does it run, which condition fails, what piles up; and at the database."""

import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from processor.cli.daemon_client import Away, DaemonClient, Declined
from processor.cli.findings import Finding, note, well, wrong
from processor.cli.lists import TOKEN_CURE
from processor.cli.tables import text2
from processor.cli.wire_doctor import ask_influx
from processor.cli.wire_store import store_path
from processor.loading.settings_model import Settings
from processor.model.text import Text

SILENT_AFTER_S: Final = 600
WAITING_TOO_LONG_S: Final = 300
DATABASE: Final[Mapping[int, Text]] = {
    401: Text(zh="不认识该令牌；请设置有效的 influx.token_file。", en="it does not know the token; set a valid one"),
    403: Text(
        zh="令牌无权写入该存储桶；请授予写权限。", en="the token may not write to the bucket; give it write access"
    ),
    404: Text(
        zh="没有该组织或存储桶；请检查 influx.org、bucket 与 url。",
        en="it does not know the organisation or the bucket; check influx.org, bucket and url",
    ),
}


def look_at_daemon(settings: Settings) -> tuple[list[Finding], bool]:
    """Everything the daemon says about itself, and whether it answers."""
    with DaemonClient(settings) as daemon:
        ready = daemon.raw("/readyz")
        body = None if isinstance(ready, Away) else _json(ready)
        if isinstance(ready, Away) or body is None:
            return [_away(settings, ready)], False
        found = _conditions(body)
        asked = daemon.get("/api/orders", {"limit": 1})
        if isinstance(asked, Declined) and asked.unauthorised:
            path = f"{settings.store.path}.token"
            cure = Text(zh=TOKEN_CURE.zh.format(path=path), en=TOKEN_CURE.en.format(path=path))
            found.append(wrong("token", asked.why, cure))
        metrics = daemon.raw("/metrics")
        if not isinstance(metrics, Away):
            found += _figures(metrics.text)
    return found, True


def _json(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        body = msgspec.json.decode(answer.content)
    except msgspec.MsgspecError:
        return None
    return body if isinstance(body, dict) and "conditions" in body else None


def _away(settings: Settings, answer: httpx.Response | Away) -> Finding:
    if not isinstance(answer, Away):
        what = Text(
            zh="console 地址上应答的不是 wardwatch；请检查 console.host 与 port。",
            en="What answers at the console's address is not wardwatch; check console.host and port.",
        )
        return wrong("daemon", what)
    if store_path(settings).exists():
        return wrong("daemon", answer.why)
    return note("daemon", Text(zh="守护进程尚未启动过。", en="The daemon was never started yet."))


def _conditions(body: dict[str, Any]) -> list[Finding]:
    failed = [each for each in body["conditions"] if not each["ok"]]
    if not failed:
        return [well("daemon", "守护进程在运行，一切就绪。", "The daemon runs and is ready.")]
    return [
        wrong(
            "daemon",
            Text(
                zh=f"{each['name']}：{text2(each['detail'], 'zh')}", en=f"{each['name']}: {text2(each['detail'], 'en')}"
            ),
        )
        for each in failed
    ]


def _figures(text: str) -> list[Finding]:
    """What /metrics shows to be wrong."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    totals: dict[str, float] = {}
    for sample in samples:
        totals[sample.name] = totals.get(sample.name, 0.0) + sample.value
    return [*_last_message(totals), *_problems(totals), *_probation(totals), *_waiting(totals)]


def _last_message(totals: Mapping[str, float]) -> list[Finding]:
    last = totals.get("wardwatch_last_message_timestamp_seconds")
    if last is None:
        return [note("messages", Text(zh="启动以来还没有收到消息。", en="No message has come since it started."))]
    age = max(0.0, time.time() - last)
    zh, en = f"最近一条消息在 {age:.0f} 秒前。", f"The last message came {age:.0f} s ago."
    if age < SILENT_AFTER_S:
        return [well("messages", zh, en)]
    cure = Text(zh="设备或网络是否中断？", en="Are the devices or the network down?")
    return [wrong("messages", Text(zh=zh, en=en), cure)]


def _problems(totals: Mapping[str, float]) -> list[Finding]:
    number = int(totals.get("wardwatch_configuration_problems", 0))
    if not number:
        return []
    what = Text(
        zh=f"守护进程最近读取的配置有 {number} 个问题；有错误时继续使用原有规则。",
        en=f"The configuration it read last has {number} problems; with an error the old rules go on.",
    )
    cure = Text(zh="wardwatch check 会列出它们。", en="wardwatch check lists them.")
    return [wrong("reload", what, cure)]


def _probation(totals: Mapping[str, float]) -> list[Finding]:
    number = int(totals.get("wardwatch_rules_on_probation", 0))
    if not number:
        return []
    what = Text(
        zh=f"{number} 条规则处于试运行期：只提醒，不下发自动指令。查看与放行：wardwatch shadow status、"
        "wardwatch shadow approve。",
        en=f"{number} rules are on probation: they tell people, their automatic commands are only shown. See "
        "wardwatch shadow status; wardwatch shadow approve lets them act.",
    )
    return [note("probation", what)]


def _waiting(totals: Mapping[str, float]) -> list[Finding]:
    oldest = totals.get("wardwatch_outbox_oldest_seconds", 0.0)
    if oldest < WAITING_TOO_LONG_S:
        return []
    what = Text(
        zh=f"有待发内容已等待 {oldest:.0f} 秒。", en=f"Something has been waiting for delivery for {oldest:.0f} s."
    )
    cure = Text(zh="请检查 MQTT 服务器与通知渠道。", en="Look at the broker and at the channels.")
    return [wrong("delivery", what, cure)]


def look_at_database(settings: Settings) -> list[Finding]:
    """Whether the database would take our readings; nothing where none is configured."""
    if not settings.influx.active:
        return []
    url, answer = settings.influx.url, ask_influx(settings)
    if answer.status is None:
        return [
            wrong(
                "database",
                Text(
                    zh=f"数据库 {url} 没有应答：{answer.words}",
                    en=f"The database {url} does not answer: {answer.words}",
                ),
                Text(
                    zh="请检查它是否运行、influx.url 是否正确；读数都在本地保存，恢复后会补写。",
                    en="Is it running, is influx.url right? No reading is lost: it is written when it is back.",
                ),
            )
        ]
    known = DATABASE.get(answer.status)
    if known is not None:
        said = Text(zh=f"数据库 {url}：{known.zh}", en=f"The database {url}: {known.en} ({answer.words})")
        return [wrong("database", said)]
    # A write without lines is taken (204), or refused only for having none (400).
    if answer.status < 300 or answer.status == 400:  # noqa: PLR2004 - HTTP's own numbers
        return [well("database", f"数据库 {url} 可以写入。", f"The database {url} takes our readings.")]
    said = Text(
        zh=f"数据库 {url} 应答 HTTP {answer.status}：{answer.words}",
        en=f"The database {url} answers HTTP {answer.status}: {answer.words}",
    )
    return [wrong("database", said)]
