"""Reads devices*.yaml. The table of thousands is `devices_csv`."""

from processor.loading.fields import Fields
from processor.loading.nodes import Mapping
from processor.loading.report import Report
from processor.loading.typed import ID
from processor.model.device import Device
from processor.model.text import Text


def split_place(path: str) -> tuple[str, str, str]:
    """Community, building and riser (each by its whole path, "" for none) of a path of places.yaml."""
    parts = path.split("/")
    building = "/".join(parts[:2]) if len(parts) > 1 else ""
    return parts[0], building, path if len(parts) > len((parts[0], building)) else ""


def read_devices(report: Report) -> list[Device]:
    """The devices of one file, in its order."""
    root = report.document.root
    if root is None:
        return []
    fields = Fields(root, report, key="devices", example="{devices: ...}")
    entries = fields.mapping("devices", "{leak-1: {profile: leak_sensor, place: sunrise/b1}}", required=True)
    node = fields.take("devices")
    keys = node.keys if isinstance(node, Mapping) else {}
    devices = []
    for name, entry in entries.items():
        if not ID.fullmatch(name):
            fields.add("want_id", keys[name], text=name)
        owner = Text(zh=f"设备“{name}”", en=f'device "{name}"')
        about = Fields(entry, report, owner, key=name, example="{profile: leak_sensor, place: sunrise/b1}")
        devices.append(_read_device(about, name))
    fields.finish()
    return devices


def _read_device(fields: Fields, name: str) -> Device:
    community, building, riser = split_place(fields.text("place", required=True))
    device = Device(
        id=name,
        profile=fields.identity("profile", required=True),
        community=community,
        building=building,
        riser=riser,
        floor=fields.text("floor"),
        room=fields.text("room"),
        gateway=fields.text("gateway"),
        wire=fields.text("wire", name),
        tags=fields.words("tags"),
        links=fields.words("links"),
        critical=fields.boolean("critical"),
        mains=fields.flag("mains"),
        name=fields.text2("name", name),
        place=fields.report.document.place(fields.node),
    )
    fields.finish()
    return device
