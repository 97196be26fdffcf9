"""Effects to deliver."""

from processor.model.alert import AlertCause, AlertState, Transition
from processor.model.effect import AlertChanged, OrderChanged, RemindPeople, SendCommand
from processor.model.order import Order, OrderState
from processor.model.rule import Level
from processor.model.text import Text

NOW = 1_700_000_000_000


def alert(subject: str = "e1", number: int = 1, *, rule: str = "EL-01", community: str = "sunrise") -> AlertChanged:
    name = f"{rule}/{subject}/{NOW}"
    return AlertChanged(
        key=f"{name}/{number}",
        transition=Transition(
            alert=name,
            number=number,
            rule=rule,
            subject=subject,
            community=community,
            before=AlertState.PENDING,
            after=AlertState.FIRING,
            cause=AlertCause.REACHED,
            level=Level.L2,
            opened_at=NOW - 30_000,
            reading_at=NOW - 40,
            decided_at=NOW - 10,
            evidence="residual_current 412 mA >= 300 mA",
            rules_hash="abc",
        ),
        rule_name=Text(zh="剩余电流报警", en="Residual current alarm"),
    )


def command(key: str = "c1", *, expires_at: int = NOW + 30_000, device: str = "valve-1") -> SendCommand:
    return SendCommand(
        key=key,
        scope="sunrise",
        device=device,
        command="close",
        topic=f"v1/sunrise/leak/{device}/command",
        payload=f'{{"cmd":"close","id":"{key}"}}',
        expires_at=expires_at,
    )


def order(number: int = 1, name: str = "o1") -> OrderChanged:
    return OrderChanged(
        key=f"{name}/{number}",
        order=Order(
            id=name,
            number=number,
            kind="electrical_inspection",
            alert=f"EL-01/e1/{NOW}",
            rule="EL-01",
            subject="e1",
            community="sunrise",
            level=Level.L2,
            state=OrderState.ACCEPTED,
            opened_at=NOW,
            changed_at=NOW,
            person="p7",
            note="Li Wei, 13800000000",
        ),
    )


def reminder(key: str = "r1", *, roles: tuple[str, ...] = ("grid_worker",), decided_at: int = NOW) -> RemindPeople:
    return RemindPeople(
        key=key,
        scope="sunrise",
        roles=roles,
        level=Level.L2,
        alert=f"EL-01/e1/{NOW}",
        rule="EL-01",
        subject="e1",
        order="o1",
        grid="g1",
        title=Text(zh="剩余电流报警", en="Residual current alarm"),
        body=Text(zh="412 mA，已超过 300 mA", en="412 mA, above 300 mA"),
        decided_at=decided_at,
    )
