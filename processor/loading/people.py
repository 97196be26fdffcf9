"""Reads people.yaml."""

from processor.loading.fields import Fields
from processor.loading.report import Report
from processor.model.person import Person
from processor.model.text import Text


def read_people(report: Report) -> dict[str, Person]:
    """Every worker by id."""
    root = report.document.root
    if root is None:
        return {}
    fields = Fields(root, report, key="people", example="{people: ...}")
    entries = fields.mapping("people", "{chen: {name: 陈, roles: [grid_worker], covers: [sunrise]}}", required=True)
    people = {}
    for name, node in entries.items():
        owner = Text(zh=f"人员“{name}”", en=f'person "{name}"')
        about = Fields(node, report, owner, key=name, example="{name: ..., roles: [...], covers: [...]}")
        people[name] = Person(
            id=name,
            name=about.text("name", required=True),
            roles=about.ids("roles", required=True),
            covers=about.texts("covers", required=True),
            channels=about.ids("channels"),
            phone=about.text("phone"),
            language=_language(about),
        )
        about.finish()
    fields.finish()
    return people


def _language(fields: Fields) -> str:
    text = fields.text("language", "zh")
    if text not in {"zh", "en"}:
        fields.add("want_choice", fields.take("language"), key="language", text=text, choices="zh, en")
        return "zh"
    return text
