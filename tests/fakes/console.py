"""A daemon that answers what the test says and remembers what it was asked."""

from collections.abc import Sequence

import msgspec

from processor.model.alert import AlertState
from processor.model.order import Order, OrderRefusal, OrderResult, OrderState, OrderVerb
from processor.model.reading import Reading, RejectionReason
from processor.model.rule import Level
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.console import (
    AlertView,
    Committed,
    Condition,
    ConditionName,
    DeadLetterView,
    Declined,
    Done,
    Figures,
    OrderOutcome,
    OrderTaken,
    Refusal,
    Reloaded,
    Retried,
)
from processor.ports.mutes import MuteAsked, MuteView
from processor.ports.rule_sets import RuleSet, SetRequest

ORDER = Order(
    id="WD-01/d1/1",
    number=2,
    kind="leak",
    alert="WD-01/d1",
    rule="WD-01",
    subject="d1",
    community="sunrise",
    level=Level.L2,
    state=OrderState.OPEN,
    opened_at=1_000,
    changed_at=1_000,
)


class FakeConsoleService:
    """`asked` holds (what, arguments) of every call; the other attributes are the answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.shown = Figures()
        self.live = [Condition(ConditionName.LOOP_TURNS, ok=True, detail=Text(zh="正常", en="ok"))]
        self.ready = [Condition(ConditionName.BROKER, ok=True, detail=Text(zh="正常", en="ok"))]
        self.found_alerts: Sequence[AlertView] = ()
        self.found_orders: Sequence[Order] = (ORDER,)
        self.found_readings: Sequence[Reading] = ()
        self.found_rule_sets: Sequence[RuleSet] = ()
        self.found_dead_letters: Sequence[DeadLetterView] = ()
        self.explains: object = {"sentence": {"zh": "…", "en": "…"}}
        self.declines: Refusal | OrderRefusal | None = None
        self.reloads = Reloaded(changed=True, rules_hash="abc")

    def figures(self) -> Figures:
        return self.shown

    def liveness(self) -> Sequence[Condition]:
        return self.live

    def readiness(self) -> Sequence[Condition]:
        return self.ready

    async def alerts(
        self,
        *,
        states: frozenset[AlertState],
        community: str,
        subject: str,
        rule: str,
        level: Level | None,
        shadow: bool,
        limit: int,
    ) -> Sequence[AlertView]:
        asked = {"states": states, "community": community, "subject": subject, "rule": rule, "level": level}
        self._note("alerts", **asked, shadow=shadow, limit=limit)
        return self.found_alerts[:limit]

    async def orders(
        self, *, states: frozenset[OrderState], community: str, subject: str, limit: int
    ) -> Sequence[Order]:
        self._note("orders", states=states, community=community, subject=subject, limit=limit)
        return self.found_orders[:limit]

    async def readings(
        self, *, device: str, since: EpochMs | None, until: EpochMs | None, limit: int
    ) -> Sequence[Reading]:
        self._note("readings", device=device, since=since, until=until, limit=limit)
        return self.found_readings[:limit]

    async def explain(self, *, device: str, rule: str, at: EpochMs | None) -> object | Declined:
        self._note("explain", device=device, rule=rule, at=at)
        return Declined(self.declines) if self.declines else self.explains

    async def rule_sets(self, *, limit: int) -> Sequence[RuleSet]:
        self._note("rule_sets", limit=limit)
        return self.found_rule_sets[:limit]

    async def dead_letters(self, *, reason: RejectionReason | None, limit: int) -> Sequence[DeadLetterView]:
        self._note("dead_letters", reason=reason, limit=limit)
        return self.found_dead_letters[:limit]

    async def act_on_order(
        self, *, request: str, order: str, verb: OrderVerb, person: str, note: str, result: OrderResult | None
    ) -> OrderOutcome:
        self._note("order", request=request, order=order, verb=verb, person=person, note=note, result=result)
        return Declined(self.declines) if self.declines else OrderTaken(ORDER)

    async def reset_alert(self, *, alert: str, person: str, reason: str) -> Done:
        self._note("reset", alert=alert, person=person, reason=reason)
        return Declined(self.declines) if self.declines else Committed()

    async def retry_dead_letters(self, *, reason: RejectionReason | None, limit: int) -> Retried | Declined:
        self._note("retry", reason=reason, limit=limit)
        return Declined(self.declines) if self.declines else Retried(retried=3, stored=2, still_dead=1)

    async def reload(self, request: SetRequest) -> Reloaded | Declined:
        self._note("reload", person=request.person, reason=request.reason, approve=request.approve)
        return Declined(self.declines) if self.declines else self.reloads

    async def announce(self, request: SetRequest) -> Done:
        self._note("announce", request=request)
        return Declined(self.declines) if self.declines else Committed()

    async def mute(self, asked: MuteAsked) -> Done:
        self._note("mute", **msgspec.structs.asdict(asked))
        return Declined(self.declines) if self.declines else Committed()

    def mutes(self) -> Sequence[MuteView]:
        return [
            MuteView(
                community="east",
                rule="M-01",
                subject="e-m1",
                until=1_790_000_000_000,
                person="li",
                reason="works on it",
            )
        ]

    async def set_automation(self, *, stopped: bool, community: str, person: str, reason: str) -> Done:
        self._note("automation", stopped=stopped, community=community, person=person, reason=reason)
        return Declined(self.declines) if self.declines else Committed()

    def _note(self, what: str, **arguments: object) -> None:
        self.asked.append((what, arguments))
