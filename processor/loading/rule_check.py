"""One rule under check, as the parts of the check share it."""

from collections.abc import Sequence
from dataclasses import dataclass

from processor.language.vocabulary import Vocabulary
from processor.loading.draft import Draft
from processor.loading.matching import Fleet
from processor.loading.report import About
from processor.model.problem import Severity
from processor.model.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One rule under check: where its problems go, and which kinds of devices it can look at.

    `everyone` are the kinds of all devices there are: of these are the members of a device rule's group tests.
    """

    draft: Draft
    fleet: Fleet
    rule: Rule
    about: About
    kinds: Sequence[Vocabulary]
    everyone: Sequence[Vocabulary]

    def point_called(self, word: str) -> str:
        """The point that people call by this word, or ""."""
        profiles = [self.draft.profiles[kind.profile] for kind in self.kinds]
        return next(
            (name for each in profiles for name, point in each.points.items() if point.name_text.zh == word), ""
        )

    def value_meant(self, tag: str, value: str) -> str:
        """The value some device has for the tag, where none has this one, which is spelt nearly so; or ""."""
        known = self.fleet.values.get(tag, set())
        return "" if value in known else self.about.report.suggest(value, known)

    def note(self, code: str, path: Sequence[str], severity: Severity = Severity.ERROR, **words: str) -> None:
        """Note a problem at the node of the rule that `path` names."""
        suggestion = words.pop("suggestion", "")
        place = self.about.report.where(self.rule.id, *path)
        self.about.note(code, place, words=words, suggestion=suggestion, severity=severity)
