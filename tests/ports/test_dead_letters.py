"""What every list of dead letters promises, on the fake and on SQLite."""

from processor.model.reading import RejectionReason
from processor.ports.dead_letters import DeadLetterState
from tests.ports.batches import batch, rejection
from tests.ports.conftest import Store


def test_a_dead_letter_comes_back_as_it_went_in(store: Store) -> None:
    kept = rejection("漏水 payload", payload=b"\xff\x00{")
    offset = store.journal.commit(batch(rejections=[kept]))
    [letter] = store.dead_letters.find()
    assert (letter.rejection, letter.offset, letter.state) == (kept, offset, DeadLetterState.WAITING)
    assert store.dead_letters.get(letter.id) == letter
    assert store.dead_letters.get(letter.id + 1) is None


def test_dead_letters_page_by_id_in_either_direction(store: Store) -> None:
    store.journal.commit(batch(rejections=[rejection(str(number)) for number in range(5)]))
    first = store.dead_letters.find(limit=2)
    rest = store.dead_letters.find(after=first[-1].id)
    assert [letter.rejection.detail for letter in first + rest] == ["0", "1", "2", "3", "4"]
    newest = store.dead_letters.find(limit=2, newest_first=True)
    assert [letter.rejection.detail for letter in newest] == ["4", "3"]


def test_dead_letters_are_found_by_reason_and_state(store: Store) -> None:
    store.journal.commit(batch(rejections=[rejection("one"), rejection("two")]))
    first, second = store.dead_letters.find(reason=RejectionReason.UNDECODABLE)
    assert store.dead_letters.find(reason=RejectionReason.TOO_DEEP) == []
    assert store.dead_letters.settle([first.id, 999], DeadLetterState.DISCARDED) == 1
    assert store.dead_letters.settle([first.id], DeadLetterState.RETRIED) == 0
    assert [letter.id for letter in store.dead_letters.find()] == [second.id]
    assert [letter.id for letter in store.dead_letters.find(state=DeadLetterState.DISCARDED)] == [first.id]
    assert len(store.dead_letters.find(state=None)) == 2
    assert store.dead_letters.waiting() == {"undecodable": 1}


def test_a_sinks_refusal_is_kept_once_per_key(store: Store) -> None:
    store.dead_letters.add([("influx/1/0", rejection("one")), ("influx/1/1", rejection("two"))])
    store.dead_letters.add([("influx/1/1", rejection("two")), ("influx/1/2", rejection("three"))])
    assert [letter.rejection.detail for letter in store.dead_letters.find()] == ["one", "two", "three"]
    assert store.dead_letters.evicted() == 0
