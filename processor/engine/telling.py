"""What a rule's own text says of one alert: its placeholders filled with what is known at this moment."""

from collections.abc import Callable, Mapping
from typing import Final

from processor.engine.alerts import AlertRecord
from processor.engine.device_state import DeviceState
from processor.engine.inspect_selection import place_device
from processor.engine.plan import ScopePlan
from processor.engine.safe_text import MOST_OF_A_TEXT, MOST_OF_A_VALUE, bounded, evidence_text, foreign, value_text
from processor.engine.subjects import Subject
from processor.engine.wording import LEVEL_NAMES
from processor.language.explain import unknown
from processor.language.placeholders import fill
from processor.model.profile import PointKind
from processor.model.rule import Parameter, Rule
from processor.model.text import Text
from processor.model.time import EpochMs

UNKNOWN: Final = "?"

_PLACED: Final[Mapping[str, Callable[[AlertRecord, Subject, str, str], str]]] = {
    "device": lambda _record, subject, _evidence, _language: bounded(subject.key, MOST_OF_A_VALUE),
    "name": lambda _record, subject, _evidence, lang: bounded(subject.name.pick(lang) or subject.key, MOST_OF_A_VALUE),
    "place": lambda _record, subject, _evidence, _language: bounded(subject.place, 2 * MOST_OF_A_VALUE),
    "level": lambda record, _subject, _evidence, language: LEVEL_NAMES[record.level].pick(language),
    "evidence": lambda _record, _subject, evidence, _language: evidence_text(evidence),
}


class Telling:
    """Tells what rules say in one scope."""

    def __init__(self, plan: ScopePlan, devices: Mapping[str, DeviceState]) -> None:
        self._plan = plan
        self._devices = devices

    def said(self, record: AlertRecord, rule: Rule, subject: Subject, evidence: str, now: EpochMs) -> Text:
        """The rule's text in both languages; "" where it has none."""
        if not (rule.text.zh or rule.text.en):
            return rule.text
        state = self._devices.get(subject.key)
        standing = state.device if state else place_device(subject.key or self._plan.scope)
        parameters = self._plan.draughtsman.parameters(rule, standing)

        def words(language: str) -> str:
            def value_of(name: str) -> str:
                placed = _PLACED.get(name)
                if placed is not None:
                    return placed(record, subject, evidence, language)
                return _value(name, parameters, state, language, now)

            return fill(rule.text.pick(language), value_of)[:MOST_OF_A_TEXT].strip()

        return Text(zh=words("zh"), en=words("en"))


def _value(
    name: str, parameters: Mapping[str, Parameter], state: DeviceState | None, language: str, now: EpochMs
) -> str:
    """A parameter in force, or the newest value of a point; "?" for one that is unknown by now."""
    parameter = parameters.get(name)
    if parameter is not None:
        return value_text(parameter.value, parameter.unit, language)
    point = state.blueprint.vocabulary.get(name) if state else None
    if state is None or point is None or unknown(state, now, point):
        return UNKNOWN
    value = state.values[point.slot]
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return foreign(value) if point.kind is PointKind.TEXT else bounded(value, MOST_OF_A_VALUE)
    return value_text(value, point.unit, language)
