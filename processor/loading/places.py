"""Reads places.yaml: the district, its communities, buildings and risers."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Final

from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Scalar, Sequence
from processor.loading.report import Report
from processor.loading.typed import read_id
from processor.model.place import Place, PlaceKind
from processor.model.text import Text

DEFAULT_ZONE: Final = "Asia/Shanghai"


@dataclass(slots=True)
class Places:
    """What places.yaml says."""

    places: dict[str, Place] = field(default_factory=dict)
    zone: str = DEFAULT_ZONE
    name: Text = field(default_factory=Text)


def read_places(report: Report) -> Places:
    """Every place by its path, and the district's own name and zone."""
    found = Places()
    root = report.document.root
    if root is None:
        return found
    fields = Fields(root, report, key="places", example="{district: ..., communities: ...}")
    district = fields.take("district")
    if district is not None:
        about = Fields(district, report, key="district", example="{name: ..., zone: Asia/Shanghai}")
        found.name, found.zone = about.text2("name"), about.zone("zone", DEFAULT_ZONE)
        about.finish()
    for name, node in _children(fields, "communities", required=True).items():
        _read_community(fields, found, name, node)
    fields.finish()
    return found


def _read_community(parent: Fields, found: Places, path: str, node: Node | None) -> None:
    fields = _open(parent, path, node)
    grid = "" if fields is None else fields.identity("grid")
    name = Text(zh=path, en=path) if fields is None else fields.text2("name", path)
    found.places[path] = Place(path, PlaceKind.COMMUNITY, name, grid)
    if fields is None:
        return
    for building, below in _children(fields, "buildings").items():
        _read_building(fields, found, f"{path}/{building}", below, grid)
    fields.finish()


def _read_building(parent: Fields, found: Places, path: str, node: Node | None, grid: str) -> None:
    fields = _open(parent, path, node)
    own = path.rpartition("/")[2]
    name = Text(zh=own, en=own) if fields is None else fields.text2("name", own)
    grid = grid if fields is None else fields.identity("grid") or grid
    found.places[path] = Place(path, PlaceKind.BUILDING, name, grid)
    if fields is None:
        return
    for riser, below in _children(fields, "risers").items():
        about = _open(fields, f"{path}/{riser}", below)
        riser_name = Text(zh=riser, en=riser) if about is None else about.text2("name", riser)
        found.places[f"{path}/{riser}"] = Place(f"{path}/{riser}", PlaceKind.RISER, riser_name, grid)
        if about is not None:
            about.finish()
    fields.finish()


def _open(parent: Fields, path: str, node: Node | None) -> Fields | None:
    if node is None:
        return None
    owner = Text(zh=f"地点“{path}”", en=f'place "{path}"')
    return Fields(node, parent.report, owner, key=path.rpartition("/")[2], example="{name: ...}")


def _children(fields: Fields, key: str, *, required: bool = False) -> Dictionary[str, Node | None]:
    """The ids below, with what is said of each: a list says nothing but the ids, a mapping may."""
    node = fields.take(key, required=required)
    if node is None:
        return {}
    if isinstance(node, Sequence):
        return _listed(fields, key, node)
    if not isinstance(node, Mapping):
        fields.add("want_mapping", node, key=key, example="{b1: {name: ...}}")
        return {}
    named = {text: below for text, below in node.entries.items() if read_id(fields, key, node.keys[text])}
    return {text: None if isinstance(below, Scalar) and below.empty else below for text, below in named.items()}


def _listed(fields: Fields, key: str, node: Sequence) -> dict[str, Node | None]:
    found: dict[str, Node | None] = {}
    for item in node.items:
        name = read_id(fields, key, item)
        if name in found:
            fields.add("duplicate_key", item, key=name, line=node.line, column=node.column)
        elif name:
            found[name] = None
    return found
