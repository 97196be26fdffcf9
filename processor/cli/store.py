"""`wardwatch store`: is it whole; carry it away and put it back; make it small."""

from pathlib import Path
from typing import Annotated, Final

import typer

from processor.cli.ending import usable_store
from processor.cli.exit_codes import ExitCode
from processor.cli.opening import opened
from processor.cli.options import HERE, Config, Json, Lang
from processor.cli.progress import bar
from processor.cli.tables import say, show_json
from processor.cli.wire_store import Finding, store_path
from processor.cli.wire_store import backup as make_backup
from processor.cli.wire_store import check as examine
from processor.cli.wire_store import restore as bring_back
from processor.cli.wire_store import vacuum as rewrite
from processor.model.text import Text

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The daemon's store on disk. / 存储维护。")

WHOLE: Final = Text(zh="存储 {path} 完好。", en="The store {path} is whole.")
CHECKING: Final = Text(zh="检查", en="checking")
COPYING: Final = Text(zh="复制", en="copying")
SAVED: Final = Text(zh="已备份到 {target}（{size} 字节）。", en="Saved to {target} ({size} bytes).")
BACK: Final = Text(zh="已从 {source} 恢复到 {path}。", en="{path} is restored from {source}.")
KEPT: Final = Text(zh="原有存储保留在 {kept}。", en="The store that was there is kept as {kept}.")
NOT_RESTORED: Final = Text(zh="备份有问题，未做任何改动：", en="The backup is not whole, and nothing was changed:")
SMALLER: Final = Text(zh="{path}：{before} → {after} 字节。", en="{path}: {before} to {after} bytes.")

Target = Annotated[Path, typer.Argument(help="A new file. / 新文件。")]
Source = Annotated[Path, typer.Argument(help="A file that `store backup` wrote. / 备份文件。")]
Replace = Annotated[bool, typer.Option("--replace", help="Put the present store aside first. / 替换现有存储。")]


@app.command("check")
def check(*, config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """Read every block and compare; the daemon may run meanwhile. / 检查存储是否完好，可在运行时进行。"""
    at = opened(config, lang)
    path = store_path(at.settings)
    with bar(CHECKING.pick(at.language)) as progress:
        findings = examine(path, progress)
    if as_json:
        show_json({"ok": not findings, "path": str(path), "findings": findings})
    else:
        _print(findings, at.language)
        if not findings:
            typer.echo(WHOLE.pick(at.language).format(path=path))
    raise typer.Exit(_code(findings))


def _print(findings: list[Finding] | tuple[Finding, ...], language: str) -> None:
    for finding in findings:
        typer.echo(f"{finding.code}: {finding.what.pick(language)}")


def _code(findings: list[Finding]) -> ExitCode:
    if any(finding.code == "unreadable" for finding in findings):
        return ExitCode.STORE
    return ExitCode.PROBLEM if findings else ExitCode.OK


@app.command("backup")
def backup(target: Target, *, config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """Copy the store into one new file; the daemon may run meanwhile. / 备份到新文件，可在运行时进行。"""
    at = opened(config, lang)
    with usable_store(), bar(COPYING.pick(at.language)) as progress:
        size = make_backup(store_path(at.settings), target, progress)
    if as_json:
        show_json({"file": str(target), "bytes": size})
    else:
        typer.echo(SAVED.pick(at.language).format(target=target, size=size))


@app.command("restore")
def restore(
    source: Source, *, replace: Replace = False, config: Config = HERE, as_json: Json = False, lang: Lang = None
) -> None:
    """Put a backup back, after checking every block of it; stop the daemon first. / 恢复备份，须先停止守护进程。"""
    at = opened(config, lang)
    path = store_path(at.settings)
    with usable_store(), bar(CHECKING.pick(at.language)) as progress:
        done = bring_back(source, path, replace=replace, progress=progress)
    if as_json:
        show_json(
            {"ok": not done.findings, "findings": done.findings, "replaced": done.replaced and str(done.replaced)}
        )
    elif done.findings:
        say(NOT_RESTORED.pick(at.language))
        _print(done.findings, at.language)
    else:
        typer.echo(BACK.pick(at.language).format(source=source, path=path))
        if done.replaced:
            typer.echo(KEPT.pick(at.language).format(kept=done.replaced))
    raise typer.Exit(ExitCode.PROBLEM if done.findings else ExitCode.OK)


@app.command("vacuum")
def vacuum(*, config: Config = HERE, as_json: Json = False, lang: Lang = None) -> None:
    """Give free space back to the disk; stop the daemon first. / 回收空闲空间，须先停止守护进程。"""
    at = opened(config, lang)
    path = store_path(at.settings)
    with usable_store():
        before, after = rewrite(path)
    if as_json:
        show_json({"path": str(path), "before": before, "after": after})
    else:
        typer.echo(SMALLER.pick(at.language).format(path=path, before=before, after=after))
