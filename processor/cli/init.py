"""`wardwatch init`: a working example to begin with."""

from pathlib import Path
from typing import Annotated, Final

import typer

from processor.cli.exit_codes import ExitCode
from processor.cli.options import Lang, Language
from processor.cli.tables import say
from processor.loading.example import AlreadyThere, write_example
from processor.model.text import Text

app = typer.Typer(add_completion=False)

WRITTEN: Final = Text(
    zh="""已在 {directory} 写入 {count} 个文件：config/（运行方式与设备）和 rules/（规则及其测试）。
下一步：
{enter}  编辑 config/wardwatch.yaml     MQTT 服务器：host、port、tls、client_id
  export WARDWATCH_BROKER__PASSWORD='…'   口令只来自环境变量或单独的文件
  wardwatch check               检查全部文件
  wardwatch doctor              检查地址、口令、主题、时钟、磁盘
  wardwatch run                 开始运行""",
    en="""{count} files are written to {directory}: config/ (how it runs, devices) and rules/ (with their tests).
Next:
{enter}  edit config/wardwatch.yaml    the broker: host, port, tls, client_id
  export WARDWATCH_BROKER__PASSWORD='…'   secrets come from the environment or a file of their own
  wardwatch check               every mistake in every file
  wardwatch doctor              address, password, topics, clock, disk
  wardwatch run                 begin""",
)
THERE: Final = Text(
    zh="{directory} 中已有以下文件，未写入任何内容；请换一个目录：",
    en="These are already in {directory}, and nothing was written; name another folder:",
)
CANNOT: Final = Text(zh="无法写入 {directory}：{why}", en="Cannot write to {directory}: {why}")
SHOWN: Final = 10

Directory = Annotated[Path, typer.Argument(help="The folder; it is made when it is missing. / 目录，可不存在。")]


@app.command("init")
def init(directory: Directory, *, lang: Lang = None) -> None:
    """Write a working example: config/ and rules/. / 写出可直接运行的示例配置。"""
    language = str(lang or Language.ZH)
    try:
        written = write_example(directory)
    except AlreadyThere as there:
        names = [*there.names[:SHOWN], *(["…"] if len(there.names) > SHOWN else [])]
        say("\n  ".join([THERE.pick(language).format(directory=directory), *names]))
        raise typer.Exit(ExitCode.PROBLEM) from there
    except OSError as error:
        say(CANNOT.pick(language).format(directory=directory, why=error.strerror or error))
        raise typer.Exit(ExitCode.PROBLEM) from error
    enter = "" if directory.resolve() == Path.cwd() else f"  cd {directory}\n"
    typer.echo(WRITTEN.pick(language).format(directory=directory, count=len(written), enter=enter))
