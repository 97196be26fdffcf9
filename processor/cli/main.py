"""The command `wardwatch`: one file for each verb, imported when it is used."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from processor import __version__
from processor.cli.settings import CONFIG_OPTION, config_folder

VERBS: Final = {
    "init": "processor.cli.init",
    "check": "processor.cli.check",
    "test": "processor.cli.test",
    "schema": "processor.cli.schema",
    "backtest": "processor.cli.backtest",
    "alerts": "processor.cli.alerts",
    "orders": "processor.cli.orders",
    "readings": "processor.cli.readings",
    "explain": "processor.cli.explain",
    "suggest": "processor.cli.suggest",
    "deadletters": "processor.cli.deadletters",
    "reload": "processor.cli.reload",
    "rules": "processor.cli.rules",
    "shadow": "processor.cli.shadow",
    "mute": "processor.cli.mute",
    "automation": "processor.cli.automation",
    "store": "processor.cli.store",
    "doctor": "processor.cli.doctor",
    "simulate": "processor.cli.simulate",
    "bench": "processor.cli.bench",
}
"""The verbs whose module has an `app` of its own."""


class Verbs(TyperGroup):
    """Imports a verb's module when the verb is called: `orders` waits neither for the MQTT client nor for units."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - the type is private to typer
        """Every verb, in one order."""
        return [*super().list_commands(ctx), *VERBS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """The verb of this name."""
        if cmd_name not in VERBS:
            return super().get_command(ctx, cmd_name)
        verb = typer.main.get_command(import_module(VERBS[cmd_name]).app)
        verb.name = cmd_name  # a verb with verbs of its own does not know what it is called
        return verb


app = typer.Typer(
    name="wardwatch",
    cls=Verbs,
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
