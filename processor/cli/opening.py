"""What every verb that looks at a district begins with: its settings, its language, its clocks."""

from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from processor.cli.options import Language
from processor.cli.settings import config_folder, settings_or_exit
from processor.loading.places import DEFAULT_ZONE, read_places
from processor.loading.report import Report
from processor.loading.settings_model import Settings
from processor.loading.sources import read_text
from processor.loading.yaml_strict import MAX_BYTES, parse_yaml


class Opened(NamedTuple):
    """The folder, its settings, the language to speak and the zone in which times are shown."""

    folder: Path
    settings: Settings
    language: str
    zone: tzinfo


def opened(config: Path, lang: Language | None) -> Opened:
    """Open the configuration folder; the verb ends with 2 where its settings cannot be used."""
    folder = config_folder(config)
    settings = settings_or_exit(folder)
    return Opened(folder, settings, str(lang or settings.language), _zone(folder))


def _zone(folder: Path) -> tzinfo:
    """The district's zone, from places.yaml alone: the other files may be in any state."""
    text = read_text(folder / "places.yaml", "config/places.yaml", MAX_BYTES)
    if not isinstance(text, str):
        return ZoneInfo(DEFAULT_ZONE)
    document, problems = parse_yaml("config/places.yaml", text)
    return ZoneInfo(read_places(Report(document, problems)).zone)
