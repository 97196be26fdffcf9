"""Runs the tests of a rule pack and says how it went: failures with the whole timeline, and what no test touches."""

from collections.abc import Mapping
from dataclasses import dataclass

from processor.model.district import District
from processor.model.problem import Problem, Severity
from processor.model.source import SourcePlace
from processor.replay.coverage import Coverage
from processor.replay.rule_test import RuleTest
from processor.replay.rule_test_file import read_tests
from processor.replay.rule_test_play import play


@dataclass(frozen=True, slots=True)
class Failure:
    """What went otherwise than a test says, and where it says so."""

    place: SourcePlace
    said: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test and its failures; `timeline` is what happened, for people."""

    test: RuleTest
    failures: tuple[Failure, ...]
    timeline: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run: faults of the files, the outcome of every test in order, and the account of what was touched."""

    problems: tuple[Problem, ...]
    outcomes: tuple[Outcome, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether every file could be read and every test passed. What is not covered fails nothing by itself."""
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return not errors and not any(outcome.failures for outcome in self.outcomes)

    def render(self, language: str = "en") -> str:
        """Everything a person needs, failures first."""
        failed = [outcome for outcome in self.outcomes if outcome.failures]
        parts = [problem.render(language) for problem in self.problems]
        for outcome in failed:
            parts += [f"{failure.place}: {outcome.test.name}: {failure.said}" for failure in outcome.failures]
            parts.append(f"  what happened in it:\n{outcome.timeline}")
        parts.append(f"{len(self.outcomes) - len(failed)} passed, {len(failed)} failed")
        return "\n".join([*parts, self.coverage.render()])


def run_tests(sources: Mapping[str, str], district: District) -> Report:
    """The tests in `sources` (texts by path) under the profiles and rules of `district`; its devices play no part."""
    problems: list[Problem] = []
    outcomes: list[Outcome] = []
    coverage = Coverage(district.rules)
    for path in sorted(sources):
        tests, found = read_tests(path, sources[path], district)
        problems += found
        outcomes += [run_test(test, district, coverage) for test in tests]
    return Report(tuple(problems), tuple(outcomes), coverage)


def run_test(test: RuleTest, district: District, coverage: Coverage) -> Outcome:
    """One test; what it touched is counted if it passed."""
    played = play(test, district)
    failures = [Failure(action.place, said) for action, said in played.failures]
    for claim in test.expectations:
        missed = claim.missed(played.timeline)
        if missed is not None:
            failures.append(Failure(claim.place, missed))
    if not failures:
        coverage.take(test.expectations, played.timeline)
    return Outcome(test, tuple(failures), played.timeline.render())
