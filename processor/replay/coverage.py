"""Which rules, levels and ways back no test has touched, and which rules no test holds to silence.

Rules that are off or in shadow count like all others: a rule is tested before it is put in force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from processor.model.alert import AlertCause, AlertState
from processor.model.rule import Level, Rule
from processor.replay.expectations import Expectation, Never
from processor.replay.timeline import Timeline


@dataclass(slots=True)
class Coverage:
    """What tests that spoke of a rule made it do: the levels it fired at, whether it cleared, whether it kept still."""

    rules: Mapping[str, Rule]
    fired: set[tuple[str, Level]] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def take(self, expectations: Iterable[Expectation], timeline: Timeline) -> None:
        """Count a passed test. What happened to rules that it never mentions is by chance and does not count."""
        wanted = tuple(expectations)
        for rule in {rule for expectation in wanted for rule in expectation.rules}:
            self._happened(rule, timeline)
        whole = [one for one in wanted if isinstance(one, Never) and one.level is None and not one.subject]
        self.silent.update(one.rule for one in whole if one.state is AlertState.FIRING)

    def _happened(self, rule: str, timeline: Timeline) -> None:
        for _, step in timeline.transitions(rule):
            if step.after is AlertState.FIRING:
                self.fired.add((rule, step.level))
            elif step.after is AlertState.OK and step.cause is AlertCause.CLEARED:
                self.cleared.add(rule)

    @property
    def levels_total(self) -> int:
        """How many levels the rules have."""
        return len(_levels(self.rules))

    @property
    def missing(self) -> list[str]:
        """What is not covered, one line each."""
        unfired = [f"{rule}: no test fires {level.name}" for rule, level in _levels(self.rules) - self.fired]
        uncleared = [f"{rule}: no test sees it clear" for rule in self.rules if rule not in self.cleared]
        unheld = [f"{rule}: no test says what must not fire it" for rule in self.rules if rule not in self.silent]
        return sorted(unfired + uncleared + unheld)

    def figures(self) -> dict[str, int]:
        """How much is covered: rules that run, their levels, and how many of each were fired, cleared, held still."""
        return {
            "rules": len(self.rules),
            "levels": self.levels_total,
            "fired": len(_levels(self.rules) & self.fired),
            "cleared": len(self.cleared & self.rules.keys()),
            "silent": len(self.silent & self.rules.keys()),
        }

    def render(self) -> str:
        """The account in a few lines."""
        told = self.figures()
        head = (
            f"rules {told['rules']}, levels fired {told['fired']}/{told['levels']}, "
            f"cleared {told['cleared']}/{told['rules']}, held to silence {told['silent']}/{told['rules']}"
        )
        return "\n".join([head, *(f"  {line}" for line in self.missing)])


def _levels(rules: Mapping[str, Rule]) -> set[tuple[str, Level]]:
    return {(rule.id, trigger.level) for rule in rules.values() for trigger in rule.triggers}
