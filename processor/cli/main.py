"""The command `wardwatch`: one file for each verb, imported when it is used."""

from pathlib import Path
from typing import Annotated

import typer

from processor import __version__
from processor.cli.settings import CONFIG_OPTION, config_folder

app = typer.Typer(
    name="wardwatch",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watches a district's devices, acts where it is safe and proves it, reminds people until it is done.",
)
Config = Annotated[Path, CONFIG_OPTION]
HERE = Path("config")


@app.command("version")
def version_verb() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command("run")
def run_verb(config: Config = HERE) -> None:
    """Run the daemon until it is told to stop. / 运行守护进程。"""
    from processor.cli.run import run  # noqa: PLC0415 - each verb loads only what it needs

    raise typer.Exit(run(config_folder(config)))


@app.command("demo")
def demo_verb(
    seconds: Annotated[
        float | None, typer.Option(envvar="DEMO_SECONDS", help="How long; without it until Ctrl-C. / 演示秒数。")
    ] = None,
) -> None:
    """Show the whole loop with a real broker and simulated devices. / 演示。"""
    from processor.cli.demo import demo  # noqa: PLC0415 - each verb loads only what it needs

    raise typer.Exit(demo(seconds))


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
