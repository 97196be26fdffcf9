"""Long work that makes millions of small things, none of them in circles, and looks for circles seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = (200_000, 20, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """What is there already is not looked through again inside: a tenth of a backtest's time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
