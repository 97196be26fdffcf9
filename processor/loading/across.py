"""Everything that can only be seen when all files are read. Each check notes its problems in the file they stand in."""

from collections.abc import Collection

from processor.loading.check_bonds import check_bonds
from processor.loading.check_devices import check_devices
from processor.loading.check_overrides import check_overrides
from processor.loading.check_people import check_people
from processor.loading.check_presence import check_presence
from processor.loading.check_profiles import check_profiles
from processor.loading.check_rules import check_rules
from processor.loading.draft import Draft
from processor.loading.proofs import check_effects


def check_across(draft: Draft, channels: Collection[str] | None) -> None:
    """Note every problem between files."""
    check_presence(draft)
    check_profiles(draft)
    check_effects(draft)
    check_devices(draft)
    check_rules(draft)
    check_bonds(draft)
    check_overrides(draft)
    check_people(draft, channels)
