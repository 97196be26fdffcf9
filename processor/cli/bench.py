"""`wardwatch bench`: speed, measured against a floor; from the source checkout only."""

import os
from pathlib import Path
from typing import Final

import typer

import processor
from processor.cli.child import python, run_child
from processor.cli.exit_codes import ExitCode
from processor.cli.options import Lang, Language
from processor.cli.tables import say
from processor.loading.settings import PREFIX
from processor.model.text import Text

app = typer.Typer(add_completion=False)

NOT_HERE: Final = Text(
    zh="性能测试（bench/）只随源代码提供，不在安装包中；请在源代码目录运行 make bench。",
    en="The benchmark (bench/) comes with the source, not with the package; run make bench in a checkout.",
)


@app.command("bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context, *, lang: Lang = None) -> None:
    """Measure speed against a hand-written floor; options go to bench/. / 性能测试。"""
    root = Path(processor.__file__).resolve().parents[1]
    if not (root / "bench" / "__main__.py").is_file():
        say(NOT_HERE.pick(str(lang or Language.ZH)))
        raise typer.Exit(ExitCode.CONFIGURATION)
    # It measures a daemon of its own: what is set for the district's must not reach that one.
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    raise typer.Exit(run_child(python("bench", *context.args), environment=own, folder=root))
