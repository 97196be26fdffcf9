"""Checks that decoding can use each profile."""

from processor.decode.decoder import Decoder
from processor.loading.draft import Draft
from processor.loading.report import About
from processor.model.district import District
from processor.model.text import Text


def check_profiles(draft: Draft) -> None:
    """Note every profile that decoding refuses; one with problems of its own is not asked about."""
    for profile in draft.profiles.values():
        report = draft.reports[profile.place.file]
        if report.problems:
            continue
        try:
            Decoder(District(profiles={profile.name: profile}))
        except ValueError as error:
            owner = Text(zh=f"设备模板“{profile.name}”", en=f'profile "{profile.name}"')
            About(report, owner).note("unusable_profile", profile.place, words={"said": error})
