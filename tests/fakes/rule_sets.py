"""The history of rule sets in memory."""

import msgspec

from processor.ports.rule_sets import KeptSet, RuleSet, SetRequest


class MemoryRuleSets:
    """`processor.ports.rule_sets.RuleSets` in a list."""

    def __init__(self, configurations: dict[str, KeptSet]) -> None:
        self.entries: list[RuleSet] = []
        self._requests: list[SetRequest] = []
        self._configurations = configurations

    def keep(self, entry: RuleSet, offset: int) -> None:
        """What a commit does for a set that comes into force with it."""
        self.entries.append(msgspec.structs.replace(entry, number=len(self.entries) + 1, offset=offset))
        self._requests = [each for each in self._requests if each.content_hash != entry.content_hash]

    def newest(self) -> RuleSet | None:
        """The set in force."""
        return self.entries[-1] if self.entries else None

    def history(self, limit: int) -> list[RuleSet]:
        """Newest first."""
        return self.entries[::-1][:limit]

    def named(self, prefix: str) -> list[RuleSet]:
        """The newest entry of every set whose hash begins so."""
        found = {each.rules_hash: each for each in self.entries}
        wanted = [
            each
            for each in found.values()
            if prefix in {each.rules_hash[: len(prefix)], each.content_hash[: len(prefix)]}
        ]
        return sorted(wanted, key=lambda each: -each.number)

    def kept(self, rules_hash: str) -> KeptSet | None:
        """The files of one set."""
        return self._configurations.get(rules_hash)

    def ask(self, request: SetRequest) -> None:
        """Keep a request."""
        self._requests.append(request)

    def asked(self) -> list[SetRequest]:
        """What was asked and has not come into force."""
        return list(self._requests)
