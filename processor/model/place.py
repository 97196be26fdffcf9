"""Where things are: community > building > riser, and the grid whose people look after a building."""

from enum import StrEnum

import msgspec

from processor.model.text import Text


class PlaceKind(StrEnum):
    """Kinds of place a rule may group by. `GATEWAY` is a place of the network, not of the ground."""

    COMMUNITY = "community"
    BUILDING = "building"
    RISER = "riser"
    FLOOR = "floor"
    ROOM = "room"  # one of a building's, by the name its devices give it
    GATEWAY = "gateway"


class Place(msgspec.Struct, frozen=True):
    """One place. `path` is unique in the district: "sunrise", "sunrise/b3", "sunrise/b3/r1"."""

    path: str
    kind: PlaceKind
    name: Text = Text()
    grid: str = ""
