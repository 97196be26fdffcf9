"""`wardwatch shadow`: rules that only watch: what they would have done, until when, and putting them in force."""

import typer

from processor.cli.shadow_probation import approve, status
from processor.cli.shadow_promote import promote
from processor.cli.shadow_report import report
from processor.cli.shadow_run import run

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Rules that only watch. / 只观察不动作的规则。")
for verb in (run, report, status, approve, promote):
    app.command(verb.__name__)(verb)
