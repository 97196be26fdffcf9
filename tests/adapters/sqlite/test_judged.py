"""What people found alerts to be, as a store tells it."""

from pathlib import Path

import msgspec

from processor.adapters.sqlite.history import SqliteHistory
from processor.adapters.sqlite.store import SqliteStore
from processor.model.alert import AlertState
from processor.model.effect import OrderChanged
from processor.model.order import OrderResult, OrderState
from processor.ports.history import Judged
from tests.ports.batches import T0, alert, batch, order


def fed_back(name: str, result: OrderResult | None) -> OrderChanged:
    """The order of an alert, as people closed it."""
    closed = order(2, name=f"order of {name}", state=OrderState.CLOSED)
    return OrderChanged(closed.key, msgspec.structs.replace(closed.order, alert=name, result=result))


def test_an_alert_is_what_its_order_was_last_found_to_be(store: SqliteStore, path: Path) -> None:
    names = ("LK-01/a/1", "LK-01/b/2", "LK-01/c/3")
    stood = [alert(1, name=name) for name in names] + [alert(2, name=names[0], after=AlertState.OK)]
    results = (OrderResult.FALSE_ALARM, OrderResult.TRUE_ALARM, None)
    store.journal.commit(batch(effects=[*stood, *(fed_back(*each) for each in zip(names, results, strict=True))]))
    history = SqliteHistory(path)
    subject = stood[0].transition.subject
    assert history.judged("LK-01") == [
        Judged(subject, T0 + 1, T0 + 2, OrderResult.FALSE_ALARM),
        Judged(subject, T0 + 1, None, OrderResult.TRUE_ALARM),
    ]
    assert history.judged("LK-02") == []
    history.close()
