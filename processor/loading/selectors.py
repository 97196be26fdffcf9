"""Reads which devices a rule looks at, and which of them it leaves out."""

from typing import Final

from processor.loading.fields import Fields
from processor.loading.nodes import Mapping
from processor.loading.typed import read_texts
from processor.model.rule import Selector

_TAGS: Final = "{role: feeder}"


def read_selector(parent: Fields) -> Selector:
    """The selector of a rule."""
    node = parent.take("applies_to", required=True)
    if node is None:
        return Selector()
    fields = Fields(node, parent.report, parent.owner, key="applies_to", example="{profile: leak_sensor}")
    without = _read_except(fields)
    selector = Selector(
        profiles=fields.ids("profile"),
        tags=_read_tags(fields),
        communities=fields.texts("community"),
        buildings=fields.texts("building"),
        devices=fields.texts("device"),
        except_devices=without.devices,
        except_profiles=without.profiles,
        except_tags=without.tags,
        except_communities=without.communities,
        except_buildings=without.buildings,
        mains=fields.boolean("mains"),
    )
    fields.finish()
    return selector


def _read_except(parent: Fields) -> Selector:
    """What is left out, as a selector of it: a list is one of devices."""
    node = parent.take("except")
    if not isinstance(node, Mapping):
        return Selector(devices=parent.texts("except"))
    fields = Fields(node, parent.report, parent.owner, key="except")
    selector = Selector(
        profiles=fields.ids("profile"),
        tags=_read_tags(fields),
        communities=fields.texts("community"),
        buildings=fields.texts("building"),
        devices=fields.texts("device"),
    )
    fields.finish()
    return selector


def _read_tags(fields: Fields) -> dict[str, tuple[str, ...]]:
    return {name: read_texts(fields, name, value) for name, value in fields.mapping("tags", _TAGS).items()}
