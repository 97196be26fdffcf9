"""Coming up: the state as it was, and the set of rules that today's files make after it."""

from processor.model.district import District
from processor.ports.rule_sets import SetCause, SetRequest
from processor.runtime.parts import Parts
from processor.runtime.restore import Restored, Restorer
from processor.runtime.rule_sets import Proposed

AT_START = "start"


class Starting:
    """Brings back what the store holds and proposes the set to go on under. Blocking; not on the loop's thread."""

    def __init__(self, parts: Parts, sources: dict[str, str], files: District) -> None:
        self._parts = parts
        self._sources = sources
        self._files = files

    def run(self) -> tuple[Restored, Proposed]:
        """The core as it was (or a new one), and the set, whose files are in the store from here on."""
        parts = self._parts
        known = parts.sets.recall(self._files)
        proposed = None if parts.journal.last_offset() else self._propose(None)
        district = known if proposed is None else proposed.district
        restored = Restorer(parts.journal, district, parts.load_sources, parts.health.restoring).run()
        proposed = proposed or self._propose(restored.core.district)
        entry = proposed.entry
        parts.journal.save_configuration(
            entry.rules_hash, self._sources, entry.at, entry.author, proposed.district.probation
        )
        return restored, proposed

    def _propose(self, before: District | None) -> Proposed:
        parts, files = self._parts, self._files
        newest = parts.sets.newest
        same = newest is not None and newest.content_hash == files.hash
        kept = parts.journal.configuration(before.hash) if before is not None and not same else None
        return parts.sets.next(
            files,
            self._sources,
            parts.sets.asked(files.hash) or SetRequest(files.hash, AT_START, SetCause.START),
            parts.clock.now(),
            before=before,
            sources_before=self._sources if same else kept.sources if kept else None,
        )
