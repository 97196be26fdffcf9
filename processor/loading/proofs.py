"""Checks the read-back conditions of profiles' commands."""

from processor.language.vocabulary import Vocabulary
from processor.loading.draft import Draft
from processor.loading.expressions import NO_PARAMETERS, Surroundings, check_on, read_tree, refuse_windows
from processor.loading.report import About
from processor.model.source import SourceText
from processor.model.text import Text


def check_effects(draft: Draft) -> None:
    """Note what is wrong with `effect` of every command of every profile."""
    for profile in draft.profiles.values():
        kind = Vocabulary.of(profile)
        for command in profile.commands.values():
            if command.effect is None:
                continue
            owner = Text(
                zh=f"设备模板“{profile.name}”的指令“{command.name}”",
                en=f'profile "{profile.name}", command "{command.name}"',
            )
            about = About(draft.reports[profile.place.file], owner)
            check_proof(about, command.effect, [kind], draft.places.zone)


def check_proof(about: About, text: SourceText, kinds: list[Vocabulary], zone: str) -> None:
    """Note what is wrong with a precheck or a proof over devices of these kinds."""
    tree = read_tree(about, text)
    if tree is None:
        return
    refuse_windows(about, text, tree)
    check_on(about, text, tree, kinds, Surroundings(NO_PARAMETERS, zone, None))
