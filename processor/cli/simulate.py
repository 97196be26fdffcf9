"""`wardwatch simulate`: simulated devices on the broker, in a process of their own."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from processor.cli.child import python, run_child
from processor.cli.daemon_client import daemon_address, daemon_token
from processor.cli.exit_codes import ExitCode
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Json, Lang
from processor.cli.progress import ProgressLine
from processor.cli.tables import say
from processor.loading.kinds import Kind, kind_of
from processor.loading.load import load
from processor.loading.settings_model import Settings
from processor.loading.sources import read_sources
from processor.model.text import Text

app = typer.Typer(add_completion=False)

NOT_SOUND: Final = Text(
    zh="配置有错误，无法模拟其中的设备；请先运行 wardwatch check，或用 --devices 模拟虚构的街区。",
    en="The configuration has errors, so its devices cannot be simulated; run wardwatch check first, or simulate a "
    "made-up district with --devices.",
)
NO_CERTIFICATE: Final = Text(
    zh="模拟器暂不支持客户端证书（broker.tls.certificate）。",
    en="The simulators cannot show a client certificate (broker.tls.certificate) yet.",
)
WORDS: Final = Text(
    zh="设备 {devices}  已发 {published}  已确认 {acknowledged}  指令 {commands_received}  故障 {causes}  "
    "办结工单 {orders_closed}",
    en="devices {devices}  published {published}  acknowledged {acknowledged}  commands {commands_received}  "
    "faults {causes}  orders closed {orders_closed}",
)

DEVICES_ARE_IN: Final = {Kind.PLACES, Kind.PROFILE, Kind.DEVICES, Kind.DEVICES_CSV}
"""Rules and people, or a mistake in them, are nothing to the devices."""

Host = Annotated[str, typer.Option("--host", help="The broker; default: of wardwatch.yaml. / MQTT 服务器。")]
Port = Annotated[int, typer.Option("--port", min=0, max=65_535, help="Its port. / 端口。")]
Devices = Annotated[
    int,
    typer.Option("--devices", min=0, help="So many made-up devices instead of the configured ones. / 虚构设备数。"),
]
Communities = Annotated[int, typer.Option("--communities", min=1, help="Of the made-up district. / 虚构社区数。")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed, the same district and faults. / 随机种子。")]
Scenario = Annotated[str, typer.Option("--scenario", help="healthy, demo, or a YAML file. / 场景。")]
Duration = Annotated[float, typer.Option("--duration", min=0, help="Seconds; 0: until Ctrl-C. / 秒，0 为不限。")]
Speed = Annotated[float, typer.Option("--speed", min=0.01, help="Of the devices' time. / 时间倍速。")]
Truth = Annotated[Path | None, typer.Option("--truth", help="Write there what was really wrong. / 真值文件。")]
Worker = Annotated[bool, typer.Option("--worker", help="A simulated worker answers the orders. / 模拟人员办理工单。")]
BadNetwork = Annotated[bool, typer.Option("--bad-network", help="Lose, repeat and delay messages. / 模拟弱网。")]


@app.command("simulate")
def simulate(
    *,
    host: Host = "",
    port: Port = 0,
    devices: Devices = 0,
    communities: Communities = 2,
    seed: Seed = 1,
    scenario: Scenario = "healthy",
    duration: Duration = 0,
    speed: Speed = 1.0,
    truth: Truth = None,
    worker: Worker = False,
    bad_network: BadNetwork = False,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Simulate the configured devices, or a made-up district. / 模拟已配置的设备或虚构的街区。"""
    at = opened(config, lang)
    tls = at.settings.broker.tls
    if tls is not None and tls.certificate:
        say(NO_CERTIFICATE.pick(at.language))
        raise typer.Exit(ExitCode.CONFIGURATION)
    arguments = ["--seed", str(seed), "--scenario", scenario, "--speed", str(speed), *_broker(at.settings, host, port)]
    arguments += ["--duration", str(duration)] if duration else []
    arguments += ["--truth", str(truth)] if truth else []
    arguments += ["--bad-network"] if bad_network else []
    arguments += ["--api", daemon_address(at.settings)] if worker else []
    line = ProgressLine(WORDS.pick(at.language), as_json=as_json)
    with _district(at, devices, communities) as chosen:
        command = python("simulators", "run", *arguments, *chosen)
        raise typer.Exit(run_child(command, environment=_secrets(at.settings, worker=worker), on_line=line.take))


def _broker(settings: Settings, host: str, port: int) -> list[str]:
    broker = settings.broker
    said = ["--host", host or broker.host, "--port", str(port or broker.port)]
    if broker.username:
        said += ["--username", broker.username]
    if broker.tls is not None:
        said += ["--ca-file", broker.tls.ca or ssl.get_default_verify_paths().cafile or ""]
    return said


def _secrets(settings: Settings, *, worker: bool) -> dict[str, str]:
    """By the environment: what stands on a command line can be read by everybody on the machine."""
    password = settings.broker.password
    own = {"SIMULATORS_PASSWORD": password.get_secret_value()} if password else {}
    if worker:
        own["SIMULATORS_TOKEN"] = daemon_token(settings)
    return {**os.environ, **own}


@contextmanager
def _district(at: Opened, devices: int, communities: int) -> Iterator[list[str]]:
    """The devices to simulate, as arguments: so many made-up ones, or those of the configuration."""
    if devices:
        yield ["--devices", str(devices), "--communities", str(communities)]
        return
    sources, _ = read_sources(at.folder, at.settings.rules_folder(at.folder))
    wanted = {path: text for path, text in sources.items() if kind_of(path) in DEVICES_ARE_IN}
    district = load(wanted).district
    if district is None:
        say(NOT_SOUND.pick(at.language))
        raise typer.Exit(ExitCode.CONFIGURATION)
    with tempfile.TemporaryDirectory(prefix="wardwatch-") as folder:
        file = Path(folder) / "devices.jsonl"
        file.write_bytes(b"".join(msgspec.json.encode(device) + b"\n" for device in district.devices.values()))
        yield ["--devices-file", str(file)]
