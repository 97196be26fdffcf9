"""`wardwatch rules`: which rules were in force when, what changed, who said so; and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import msgspec
import typer

from processor.cli.ending import end, usable_store
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Form, Format, Json, Lang, Limit, Person, Reason
from processor.cli.rule_changes import bring_into_force, on_disk, tell_in_force
from processor.cli.spoken import spoken
from processor.cli.tables import harmless, moment, show_json, show_table, stdout
from processor.cli.wire_store import StoredRuleSets
from processor.loading.load import content_hash
from processor.loading.rule_edit import rule_text
from processor.model.text import Text
from processor.ports.rule_sets import KeptSet, RuleSet, SetCause
from processor.runtime.reloading import FILES
from processor.runtime.set_changes import changes_between, file_of_rule
from processor.runtime.starting import AT_START

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The history of rules. / 规则的历史。")

HEADINGS: Final = Text(zh="哈希,时间,作者,方式,变化,原因", en="hash,time,author,how,changed,reason")
NOTHING: Final = Text(zh="还没有记录。", en="Nothing yet: no daemon has run on this store.")
AUTHORS: Final = {
    AT_START: Text(zh="（启动时）", en="(at start)"),
    FILES: Text(zh="（文件改动）", en="(a saved file)"),
}
"""Where no person is the author."""
NAMED_IN_A_ROW: Final = 8
NO_SUCH: Final = Text(zh="没有以 {hash} 开头的规则集。", en="No set of rules begins with {hash}.")
MANY: Final = Text(zh="{hash} 不止一个规则集：{found}", en="{hash} is more than one set: {found}")
NO_PART: Final = Text(zh="该规则集里没有名为 {part} 的规则或文件。", en="That set has no rule or file {part}.")
GONE: Final = Text(
    zh="规则集 {hash} 的文件已按保留策略删除。", en="The files of set {hash} are gone by the retention policy."
)
ALREADY: Final = Text(zh="磁盘上已经是该规则集。", en="The files on the disk are that set already.")
UNKNOWN: Final = Text(
    zh="磁盘上的文件不是任何已知规则集（有未生效的修改）。如确要替换，请加 --force；旧文件会留存备份。",
    en="The files on the disk are no known set: somebody has edited them and they never came into force. Say --force "
    "to replace them all the same; a copy is kept.",
)


Hash = Annotated[str, typer.Argument(help="The beginning of a set's hash. / 规则集哈希的开头。")]
Part = Annotated[str, typer.Argument(help="A rule or a file of it. / 其中的规则或文件。")]


@app.command("history")
def history(
    limit: Limit = 20, form: Form = Format.TEXT, config: Config = HERE, *, as_json: Json = False, lang: Lang = None
) -> None:
    """Every set that came into force, newest first. / 规则集历史。"""
    at = opened(config, lang)
    with sets_of(at) as sets:
        found = sets.history(limit)
    if as_json or form is Format.JSON:
        show_json({"items": [described(each) for each in found]})
    elif not found:
        stdout().print(NOTHING.pick(at.language))
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(each, at) for each in found])


@app.command("show")
def show(
    name: Hash,
    part: Part = "",
    config: Config = HERE,
    *,
    form: Form = Format.TEXT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """One set: who, why, what changed; or the text of a rule or a file in it. / 一个规则集的详情。"""
    at = opened(config, lang)
    with sets_of(at) as sets:
        entry = one_named(sets, name, at)
        kept = files_of(sets, entry, at)
    if part:
        typer.echo(_part(kept, part, at), nl=False)
    elif as_json or form is Format.JSON:
        show_json({**described(entry), "files": sorted(kept.sources), "diff": entry.changes.diff})
    else:
        show_table(HEADINGS.pick(at.language).split(","), [_row(entry, at)])
        typer.echo(f"\n{entry.rules_hash}\n" + "".join(f"  {name}\n" for name in sorted(kept.sources)))
        typer.echo(entry.changes.diff, nl=False)


@app.command("diff")
def diff(
    older: Hash,
    newer: Annotated[
        str, typer.Argument(help="Another set; default: the files on the disk. / 默认与磁盘文件比较。")
    ] = "",
    config: Config = HERE,
    *,
    form: Form = Format.TEXT,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """What changed from one set to another: rules, files and texts. / 两个规则集的差别。"""
    at = opened(config, lang)
    with sets_of(at) as sets:
        before = files_of(sets, one_named(sets, older, at), at).sources
        after = files_of(sets, one_named(sets, newer, at), at).sources if newer else on_disk(at)
    changes = changes_between(before, after)
    if as_json or form is Format.JSON:
        show_json(changes)
        return
    for sign, names in (("+", changes.added), ("-", changes.removed), ("~", changes.changed)):
        for each in names:
            typer.echo(f"{sign} {harmless(each)}")
    typer.echo(changes.diff, nl=False)


@app.command("rollback")
def rollback(
    name: Hash,
    *,
    person: Person,
    reason: Reason,
    force: Annotated[
        bool, typer.Option("--force", help="Replace edits that never came into force. / 覆盖未生效的修改。")
    ] = False,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Put the files of an earlier set back and have the daemon take them. / 恢复到以前的规则集。"""
    at = opened(config, lang)
    disk = on_disk(at)
    with sets_of(at) as sets:
        entry = one_named(sets, name, at)
        kept = files_of(sets, entry, at)
        known = bool(sets.named(content_hash(disk)))
    if disk == kept.sources:
        end(ALREADY.pick(at.language))
    if not known and not force:
        end(UNKNOWN.pick(at.language))
    told = bring_into_force(at, kept.sources, cause=SetCause.ROLLBACK, person=person, reason=reason)
    if as_json:
        show_json(told)
    else:
        tell_in_force(at, told)


@contextmanager
def sets_of(at: Opened) -> Iterator[StoredRuleSets]:
    """The history in the store; the verb ends where there is none to read."""
    with usable_store():
        sets = StoredRuleSets(at.settings)
    try:
        yield sets
    finally:
        sets.close()


def one_named(sets: StoredRuleSets, name: str, at: Opened) -> RuleSet:
    """The set whose hash begins so; the verb ends where there is none, or several with different files."""
    found = sets.named(name.lower())
    if not found:
        end(NO_SUCH.pick(at.language).format(hash=name))
    if len({each.content_hash for each in found}) > 1:
        end(MANY.pick(at.language).format(hash=name, found=", ".join(each.rules_hash[:16] for each in found)))
    return found[0]


def files_of(sets: StoredRuleSets, entry: RuleSet, at: Opened) -> KeptSet:
    """Its files; the verb ends where they are gone."""
    kept = sets.kept(entry.rules_hash)
    if kept is None:
        end(GONE.pick(at.language).format(hash=entry.rules_hash[:12]))
    return kept


def described(entry: RuleSet) -> dict[str, Any]:
    """An entry for programs: without the texts, which `show` has."""
    told: dict[str, Any] = msgspec.to_builtins(entry)
    told["changes"].pop("diff")
    return told


def _row(entry: RuleSet, at: Opened) -> list[str]:
    changes = entry.changes
    signs = (("+", changes.added), ("-", changes.removed), ("~", changes.changed), ("✓", changes.approved))
    names = [f"{sign}{name}" for sign, found in signs for name in found]
    if len(names) > NAMED_IN_A_ROW:
        names = [f"{sign}{len(found)}" for sign, found in signs if found]
    changed = " ".join(names) or ", ".join(changes.files[:3])
    how = spoken(SetCause, entry.cause, at.language)
    author = AUTHORS[entry.author].pick(at.language) if entry.author in AUTHORS else entry.author
    return [entry.rules_hash[:12], moment(entry.at, at.zone), author, how, changed, entry.reason]


def _part(kept: KeptSet, part: str, at: Opened) -> str:
    if part in kept.sources:
        return kept.sources[part]
    file = file_of_rule(kept.sources, part)
    found = rule_text(kept.sources[file], part) if file else None
    if found is None:
        end(NO_PART.pick(at.language).format(part=part))
    return found
