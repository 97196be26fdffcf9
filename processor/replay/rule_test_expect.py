"""Reads what a test expects."""

from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Scalar, Sequence
from processor.loading.typed import ID, read_choice, read_text, read_texts
from processor.model.alert import AlertState
from processor.model.rule import Level
from processor.model.text import Text
from processor.replay.expectations import KINDS, Expectation, Happens, Never, StateIs
from processor.replay.rule_test_words import Pack, known_rule, read_offset, refuse

_EXAMPLE = "{at: 90 s, rule: EL-01, state: firing, level: L2}"
_LEVELS = tuple(level.name for level in Level)
_NO = "no_"


def read_expectations(parent: Fields, pack: Pack) -> tuple[Expectation, ...]:
    """Every claim under `expect`: one mapping, or a list of them."""
    node = parent.take("expect", required=True)
    if node is None:
        return ()
    found: list[Expectation] = []
    for each in node.items if isinstance(node, Sequence) else [node]:
        fields = Fields(each, parent.report, parent.owner, key="expect", example=_EXAMPLE)
        made = [_read_state(fields, pack)] if fields.has("state") else _read_others(fields, pack)
        if not made and isinstance(each, Mapping):
            words = ", ".join(("state", "never", *KINDS))
            refuse(fields, each, Text(zh=f"要写明期望什么：{words}", en=f"say what is expected: {words}"))
        found += made
        fields.finish()
    return tuple(found)


def _read_state(fields: Fields, pack: Pack) -> Expectation:
    rule = fields.text("rule", required=True)
    at_ms = fields.one("at", read_offset, required=True)
    return StateIs(
        place=fields.report.document.place(fields.node),
        rule=known_rule(fields, pack, rule, fields.take("rule")),
        at_ms=at_ms or 0,
        state=fields.choice("state", AlertState, AlertState.OK),
        level=_read_level(fields),
        subject=fields.text("device"),
    )


def _read_level(fields: Fields) -> Level | None:
    node = fields.take("level")
    text = None if node is None else read_choice(fields, "level", node, choices=_LEVELS)
    return None if text is None else Level[text]


def _read_others(fields: Fields, pack: Pack) -> list[Expectation]:
    found: list[Expectation] = []
    never = fields.take("never")
    if never is not None:
        found += _read_never(fields, pack, never)
    for kind in KINDS:
        for key in (kind, _NO + kind):
            node = fields.take(key)
            if node is not None:
                found.append(_read_happens(fields, pack, key, node))
    return found


def _read_never(parent: Fields, pack: Pack, node: Node) -> list[Expectation]:
    if not isinstance(node, Mapping):
        nodes = node.items if isinstance(node, Sequence) else [node]
        names = [(each, read_text(parent, "never", each)) for each in nodes]
        place = parent.report.document.place
        return [Never(place(each), known_rule(parent, pack, name, each)) for each, name in names if name]
    fields = Fields(node, parent.report, parent.owner, key="never", example="{rule: EL-02, level: L1}")
    rule = fields.text("rule", required=True)
    claim = Never(
        place=parent.report.document.place(node),
        rule=known_rule(fields, pack, rule, fields.take("rule")),
        state=fields.choice("state", AlertState, AlertState.FIRING),
        level=_read_level(fields),
        subject=fields.text("device"),
    )
    fields.finish()
    return [claim]


def _read_happens(parent: Fields, pack: Pack, key: str, node: Node) -> Expectation:
    kind, never = key.removeprefix(_NO), key.startswith(_NO)
    place = parent.report.document.place(node)
    if never and isinstance(node, Scalar) and node.text == "true":
        return Happens(place, kind, times=0)
    fields = Fields(node, parent.report, parent.owner, key=key, example="{rule: EL-01, at: 60 s}")
    wants: dict[str, str | frozenset[str]] = {}
    for name, choices in KINDS[kind].fields.items():
        value = fields.take(name)
        if value is not None:
            _read_want(fields, pack, wants, name=name, value=value, choices=choices)
    at_ms = None if never else fields.one("at", read_offset)
    times = 0 if never else fields.integer("times", 0, 1, 1_000) or None
    fields.finish()
    return Happens(place, kind, wants, at_ms, times)


def _read_want(
    fields: Fields,
    pack: Pack,
    wants: dict[str, str | frozenset[str]],
    *,
    name: str,
    value: Node,
    choices: tuple[str, ...] | None,
) -> None:
    if name == "roles":
        wants[name] = frozenset(read_texts(fields, name, value))
        return
    text = read_choice(fields, name, value, choices=choices) if choices else read_text(fields, name, value)
    if text is None:
        return
    wants[name] = known_rule(fields, pack, text, value) if name == "rule" else text
    if name in {"name", "kind"} and not ID.fullmatch(text):
        fields.add("want_id", value, text=text)
