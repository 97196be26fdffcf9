"""A thing of the district: an id, a profile, a place and tags."""

import msgspec

from processor.model.source import SourcePlace
from processor.model.text import Text


class Device(msgspec.Struct, frozen=True, gc=False):
    """One device. `id` is unique in the district; `wire` is its id on the topic (the same unless told).

    `links` name other devices of the same community by role ("valve", "flow_meter"); `critical` is None when nobody
    said, which counts as critical (DESIGN.md 5.7). `captures` hold what the command topic needs beside {device}.
    """

    id: str
    profile: str
    community: str
    building: str = ""
    riser: str = ""
    floor: str = ""
    room: str = ""
    gateway: str = ""
    wire: str = ""
    tags: dict[str, str] = {}
    links: dict[str, str] = {}
    critical: bool | None = None
    mains: bool = False
    name: Text = Text()
    place: SourcePlace = SourcePlace()
