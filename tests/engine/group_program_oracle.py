"""Programs that ask the devices around, the slow way: each group test and each window over one from all that was said.

What stands here holds for devices that say on change, in order, and at once: then a member's answer changes only by
its own words and by the end of `within`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from processor.language.compiled import WindowKind, WindowSpec
from processor.language.nodes import Aggregate, Compare, Group, Name, Node, Number, Since
from processor.model.reading import Value
from tests.engine.program_oracle import Message, Program, device_after, parts_of
from tests.language.oracle import Amount, Answer, length_ms, point_names
from tests.language.window_oracle import answer as window_answer

Word = tuple[str, Message]
OWN = "d"
FLOORS = {"d": "1", "p1": "1", "p2": "2", "p3": "2"}
EXTREMES = {WindowKind.MAX, WindowKind.MIN, WindowKind.LAST}


def groups_of(node: Node) -> list[Group]:
    """The group tests in an expression."""
    return [part for part in parts_of(node) if isinstance(part, Group)]


@dataclass(frozen=True)
class GroupProgram(Program):
    """One expression of the device `d`, with everything that it and the devices around it ever said."""

    words: Sequence[Word] = field(default=())

    @classmethod
    def after(cls, words: Sequence[Word], now: int, began: int) -> "GroupProgram":
        """After these words, at `now`."""
        own = [message for who, message in words if who == OWN]
        return cls(device_after(own, began), {}, own, now, began, words)

    def answer(self, node: Node) -> Answer:
        match node:
            case Group():
                return self.group(node)
            case Aggregate(operand=Aggregate() | Since()) if groups_of(node) and node.kind in EXTREMES:
                value = self.over_groups(node.operand, node.kind, length_ms(node.length))
                return None if value is None else Amount(Fraction(value), exact=False)
            case Aggregate() if groups_of(node):
                value = self.over_groups(node.operand, node.kind, length_ms(node.length))
                if node.kind is WindowKind.FLAT:
                    return None if value is None else value > 0
                scale = 1000 if node.kind is WindowKind.DURATION else 1
                return None if value is None else Amount(Fraction(value) / scale, exact=True)
            case Since() if groups_of(node):
                value = self.over_groups(node.operand, WindowKind.SINCE, 0)
                return None if value is None else Amount(Fraction(value) / 1000, exact=True)
            case _:
                return super().answer(node)

    def member(self, who: str, where: Node) -> bool | None:
        """What one device answers now."""
        said = [message for name, message in self.words if name == who]
        return Program.at(said, self.now, self.began).verdict(where)

    def counts(self, who: str, node: Group) -> bool:
        """Whether it is true, or was at the last `within`'s begin or later: until it said otherwise."""
        if self.member(who, node.where):
            return True
        within = 0 if node.within is None else length_ms(node.within)
        was: bool | None = None
        for number, (name, message) in enumerate(self.words, 1):
            if name == who:
                then = GroupProgram.after(self.words[:number], message.now, self.began).member(who, node.where)
                if was and not then and within and self.now - message.now <= within:
                    return True
                was = then
        return False

    def group(self, node: Group) -> bool | None:
        """By trying what every unknown might be."""
        members = [who for who in FLOORS if node.of != "others" or who != OWN]
        units: dict[str, list[bool | None]] = {}
        for who in members:
            found = True if self.counts(who, node) else self.member(who, node.where)
            units.setdefault(FLOORS[who] if node.of == "floors" else who, []).append(found)
        sure = sum(True in found for found in units.values())
        might = sum(True not in found and None in found for found in units.values())
        verdicts = {self.meets(node, number, len(units)) for number in range(sure, sure + might + 1)}
        return verdicts.pop() if len(verdicts) == 1 else None

    def meets(self, node: Group, number: int, total: int) -> bool:
        """What the test says of so many."""
        if node.aggregate == "any":
            return number > 0
        if node.aggregate == "all":
            return number == total
        assert isinstance(node.limit, Number)
        limit = Fraction(node.limit.text)
        if node.aggregate == "share":
            limit = limit * total / 100
        return {
            "<": number < limit,
            "<=": number <= limit,
            "==": number == limit,
            "!=": number != limit,
            ">=": number >= limit,
            ">": number > limit,
        }[node.operator]

    def is_told(self, node: Group, before: "GroupProgram") -> bool:
        """Whether a member answers otherwise than before."""
        return any(
            self.member(who, node.where) is not before.member(who, node.where)
            or self.counts(who, node) is not before.counts(who, node)
            for who in FLOORS
        )

    def over_groups(self, operand: Node, kind: WindowKind, length: int) -> float | None:
        """What a window over group tests says now, from every sample it ever took."""
        groups = groups_of(operand)
        if any(self.group(group) is None for group in groups):
            return None
        spec = WindowSpec("", kind, frozenset(), length, None, True, lambda _view, _now: None)
        instants = [(message.now, number) for number, (_, message) in enumerate(self.words, 1)]
        for within in {length_ms(group.within) for group in groups if group.within is not None}:
            ends = [message.now + within + 1 for _, message in self.words]
            instants += [(end, sum(message.now <= end for _, message in self.words)) for end in ends]
        own, last = own_points(operand), None
        samples: list[tuple[int, Value | None]] = []
        before = GroupProgram.after((), self.began, self.began)
        for now, number in sorted(set(instants)):
            if now > self.now:
                break
            then = GroupProgram.after(self.words[:number], now, self.began)
            who, message = self.words[number - 1]
            always = now == message.now and who == OWN and bool(own & set(message.values))
            if always or any(then.is_told(group, before) for group in groups):
                sample = then.taken(operand, kind)
                if always or sample != last:
                    samples.append((now, sample))
                    last = sample
            before = then
        return window_answer(spec, samples, self.now)

    def taken(self, operand: Node, kind: WindowKind) -> Value | None:
        """What a window over `operand` takes now."""
        found = self.answer(operand)
        if isinstance(found, Amount):
            return float(found.value)
        assert found is None or isinstance(found, bool)
        return float(found) if kind is WindowKind.CHANGES and found is not None else found


def own_points(operand: Node) -> set[str]:
    """The points of the asking device itself."""
    waiting, found = [operand], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Group):
            continue
        if isinstance(node, Name | Compare):
            found |= point_names(node) if not groups_of(node) else set()
        waiting += parts_of_one(node)
    return found


def parts_of_one(node: Node) -> list[Node]:
    """What stands directly below a node."""
    named = [getattr(node, name, None) for name in ("operand", "left", "right", "subject")]
    return [*(part for part in named if part is not None and not isinstance(part, str)), *getattr(node, "parts", ())]
