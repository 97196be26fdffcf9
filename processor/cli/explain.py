"""`wardwatch explain`: why a rule did or did not fire, now or at an instant that has passed."""

import sys
from pathlib import Path
from typing import Annotated, Final, TextIO
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from processor.cli.ending import end, usable_store
from processor.cli.exit_codes import ExitCode
from processor.cli.explain_text import Page
from processor.cli.moments import how_long, now, when
from processor.cli.options import HERE, Config, Form, Format, Json, Lang, Language
from processor.cli.plot_image import FORMATS, MISSING, NoMatplotlib, save
from processor.cli.plot_text import drawn, ink
from processor.cli.progress import bar
from processor.cli.settings import config_folder, read_settings, settings_or_exit
from processor.cli.tables import say, show_json, show_lines
from processor.cli.wire_store import open_past
from processor.loading.load import load
from processor.loading.places import DEFAULT_ZONE
from processor.model.text import Text
from processor.replay.explain import Story
from processor.replay.explain_past import Explainer, Unanswered
from processor.replay.explain_plot import Plot, plotted
from processor.replay.explain_reasons import Reason

app = typer.Typer(add_completion=False)

SAVED: Final = Text(zh="已存为 {path}。", en="Saved as {path}.")
UNKNOWN: Final = frozenset({Reason.NO_SUCH_DEVICE, Reason.NO_SUCH_RULE})
"""What was asked for does not exist: a script should notice."""
WIDTH_ELSEWHERE: Final = 100
READING: Final = Text(zh="读取日志", en="reading the journal")


Device = Annotated[str, typer.Argument(help="A device, or the place a group rule speaks of. / 设备编号或群组。")]
RuleId = Annotated[str, typer.Argument(help="The rule's id. / 规则编号。")]
At = Annotated[
    str,
    typer.Option("--at", help='"2 h" (ago), 2026-01-31T08:00; without it now. / 时刻，默认现在。', metavar="WHEN"),
]
Store = Annotated[
    Path | None, typer.Option("--store", help="A store's file, instead of that of --config. / 存储文件。")
]
Plotted = Annotated[bool, typer.Option("--plot", help="Draw the values over time, too. / 画出数值随时间的变化。")]
Image = Annotated[Path | None, typer.Option("--image", help="A picture of it: .svg or .png. / 存为图片。")]
Window = Annotated[str, typer.Option("--window", help='How long is drawn: "6 h". / 画多长时间。', metavar="D")]


@app.command("explain")
def explain(
    device: Device,
    rule: RuleId,
    *,
    at: At = "",
    store: Store = None,
    config: Config = HERE,
    form: Form = Format.TEXT,
    as_json: Json = False,
    lang: Lang = None,
    plot: Plotted = False,
    image: Image = None,
    window: Window = "",
) -> None:
    """Say why a rule did or did not fire on a device, from the store alone. / 说明规则为何触发或未触发。"""
    path, language = _where(store, config, lang)
    present, length = now(), how_long(window, "--window", least=1) if window else None
    if image is not None and image.suffix.lower() not in FORMATS:
        raise typer.BadParameter(" or ".join(FORMATS), param_hint="--image")
    with usable_store(), open_past(path) as (past, records), bar(READING.pick(language)) as progress:
        explainer = Explainer(past, records, lambda sources: load(sources).district, progress=progress)
        moment = when(at, present, ZoneInfo(explainer.zone(DEFAULT_ZONE)), "--at") if at else present
        found = explainer.story(device, rule, moment)
        wanted = plot or image is not None
        drawing = plotted(found, records, length) if wanted and isinstance(found, Story) else None
    if isinstance(found, Unanswered):
        end(found.text.pick(language))
    as_json = as_json or form is Format.JSON
    if as_json:
        show_json(found)
    else:
        show_lines(Page(found, language, ZoneInfo(found.zone)).lines())
    if drawing is not None and plot:
        _plot(drawing, language, ZoneInfo(found.zone), sys.stderr if as_json else sys.stdout)
    if drawing is not None and image is not None:
        _save(drawing, found, image, language)
    if found.reason in UNKNOWN:
        raise typer.Exit(ExitCode.PROBLEM)


def _plot(drawing: Plot, language: str, zone: ZoneInfo, where: TextIO) -> None:
    console = Console(file=where, highlight=False)
    width = console.width if console.is_terminal else WIDTH_ELSEWHERE
    for line in drawn(drawing, width, zone, ink(terminal=console.is_terminal), language):
        console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def _save(drawing: Plot, story: Story, path: Path, language: str) -> None:
    try:
        save(drawing, story.rule_name, path, language=language, zone=ZoneInfo(story.zone))
    except NoMatplotlib:
        end(MISSING.pick(language))
    except OSError as error:
        end(f"{path}: {error.strerror}")
    say(SAVED.pick(language).format(path=path))


def _where(store: Path | None, config: Path, lang: Language | None) -> tuple[Path, str]:
    """The store to look into, and the language to speak."""
    folder = config_folder(config)
    if store is None:
        own = settings_or_exit(folder)
        return Path(own.store.path), str(lang or own.language)
    settings, _ = read_settings(folder)
    return store, str(lang or (settings.language if settings else "en"))
