"""Puts in force what ran in shadow: one rule of the live files, or a whole directory beside them."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from processor.cli.ending import end
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Json, Lang, Person, Reason
from processor.cli.rule_changes import bring_into_force, folder_of_rules, on_disk, tell_in_force
from processor.cli.shadow_rules import RulesOption, read_rules, shadow_folder
from processor.cli.tables import show_json
from processor.loading.kinds import Kind, kind_of
from processor.loading.rule_edit import without_shadow
from processor.model.text import Text
from processor.ports.rule_sets import SetCause
from processor.runtime.set_changes import file_of_rule

NOT_IN_SHADOW: Final = Text(zh="规则 {rule} 没有写 shadow: true。", en="Rule {rule} has no shadow: true.")
NO_RULE: Final = Text(zh="没有规则 {rule}。", en="There is no rule {rule}.")
SAME: Final = Text(zh="影子目录与现行规则相同。", en="The shadow directory is the same as what is in force.")
WHICH: Final = Text(
    zh="请给出规则编号，或用 --rules 指定影子目录（或配置 shadow.rules）。",
    en="Name a rule, or the shadow directory with --rules (or shadow.rules in the settings).",
)


def promote(
    rule: Annotated[str, typer.Argument(help="A rule with shadow: true; none: the directory. / 影子规则编号。")] = "",
    *,
    person: Person,
    reason: Reason,
    rules: RulesOption = None,
    config: Config = HERE,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Put a shadow rule, or the shadow directory, in force. / 让影子规则或影子目录正式生效。"""
    at = opened(config, lang)
    before = on_disk(at)
    after, more = (_rule(at, before, rule), {}) if rule else _directory(at, before, rules)
    if after == before:
        end(SAME.pick(at.language))
    folder = None if rule else shadow_folder(at, rules)
    told = bring_into_force(at, after, cause=SetCause.PROMOTE, person=person, reason=reason, more=more, folder=folder)
    if as_json:
        show_json(told)
    else:
        tell_in_force(at, told)


def _rule(at: Opened, texts: dict[str, str], rule: str) -> dict[str, str]:
    file = file_of_rule(texts, rule)
    if file is None:
        end(NO_RULE.pick(at.language).format(rule=rule))
    text = without_shadow(texts[file], rule)
    if text is None:
        end(NOT_IN_SHADOW.pick(at.language).format(rule=rule))
    return {**texts, file: text}


def _directory(at: Opened, texts: dict[str, str], given: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    """The live files with the directory's rules in place of theirs, and its tests, which are only written."""
    folder = shadow_folder(at, given)
    if folder is None:
        end(WHICH.pick(at.language))
    prefix = Path(os.path.relpath(folder_of_rules(at), at.folder.resolve().parent)).as_posix()
    found = read_rules(folder, at.language)
    kept = {name: text for name, text in texts.items() if kind_of(name) is not Kind.RULES}
    if found.overrides is not None:
        kept = {name: text for name, text in kept.items() if kind_of(name) is not Kind.OVERRIDES}
        kept[f"{at.folder.resolve().name}/overrides.yaml"] = found.overrides
    rules = {f"{prefix}/{name}": text for name, text in found.rules.items()}
    return {**kept, **rules}, {f"{prefix}/{name}": text for name, text in found.tests.items()}
