"""Who is to be told."""

from collections.abc import Iterable, Mapping

from processor.model.effect import RemindPeople
from processor.model.person import EVERYWHERE, Person


def people_on_duty(people: Iterable[Person], reminder: RemindPeople) -> tuple[Person, ...]:
    """Those who hold one of the reminder's roles and cover its grid, its community, or everything."""
    places = {EVERYWHERE, reminder.scope, reminder.grid} - {""}
    roles = set(reminder.roles)
    return tuple(person for person in people if roles.intersection(person.roles) and places.intersection(person.covers))


def by_channel(people: Iterable[Person]) -> Mapping[str, tuple[Person, ...]]:
    """Channel name -> the people to tell there."""
    found: dict[str, tuple[Person, ...]] = {}
    for person in people:
        for channel in dict.fromkeys(person.channels):
            found[channel] = (*found.get(channel, ()), person)
    return found
