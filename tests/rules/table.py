"""What docs/rules.md says of the shipped pack, made from the rules: `python -m tests.rules.table` writes it."""

from pathlib import Path

from processor.loading.load import load
from processor.model.district import District
from processor.model.problem import Severity
from processor.model.rule import Rule

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rules.md"
BEGIN, END = "<!-- table: made from rules/*.yaml -->\n", "<!-- end of table -->\n"
FAMILIES = {
    "WD": "Water dispensers 饮水机",
    "EB": "E-bike charging 电动自行车充电",
    "EV": "Car chargers 汽车充电桩",
    "LK": "Water leaks 漏水",
    "EL": "Electrical 用电",
    "XR": "Absence, quality, several kinds together 失联、数据质量与联动",
}


def texts(folder: str, pattern: str) -> dict[str, str]:
    """The files of a folder of the repository, by path."""
    paths = sorted((ROOT / folder).glob(pattern))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def shipped_pack() -> District:
    """Shipped profiles and rules, without any device."""
    rules = {path: text for path, text in texts("rules", "*.yaml").items() if not path.endswith(".test.yaml")}
    loaded = load({**texts("config/profiles", "*.yaml"), **rules})
    errors = [problem.render() for problem in loaded.problems if problem.severity is Severity.ERROR]
    assert loaded.district is not None, errors
    return loaded.district


def commands_of(rule: Rule) -> list[str]:
    """Every command that the platform may send for this rule, once."""
    answers = (rule.answer, *rule.level_answers.values())
    return list(dict.fromkeys(command.command for answer in answers for command in answer.commands))


def standing(rule: Rule) -> str:
    """Whether it is in force."""
    if not rule.enabled:
        return "off 停用"
    return "shadow 旁路" if rule.shadow else "yes 启用"


def _row(rule: Rule) -> str:
    levels = "–".join(level.name for level in sorted({trigger.level for trigger in rule.triggers}))
    commands = ", ".join(f"`{name}`" for name in commands_of(rule)) or "–"
    return f"| {rule.id} | {rule.name.zh} | {rule.name.en} | {levels} | {commands} | {standing(rule)} |"


def table(pack: District) -> str:
    """The tables of every family, and why some rules are not in force."""
    lines: list[str] = []
    for prefix, family in FAMILIES.items():
        rules = [pack.rules[name] for name in sorted(pack.rules) if name.startswith(f"{prefix}-")]
        lines += [f"### {family}", "", "| id | 名称 | name | level | the platform may send | in force |"]
        lines += ["|---|---|---|---|---|---|", *map(_row, rules), ""]
    lines += ["## Why some are not in force 为何未启用", ""]
    asleep = [rule for rule in pack.rules.values() if rule.shadow or not rule.enabled]
    lines += [f"- **{rule.id}** ({standing(rule)}): {' '.join(rule.note.split())}" for rule in sorted(asleep, key=_id)]
    return "\n".join([*lines, ""])


def _id(rule: Rule) -> str:
    return rule.id


def page(pack: District, text: str) -> str:
    """The page with its tables made anew."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{table(pack)}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(shipped_pack(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
