"""The machine's clock in core units."""

import time

from processor.adapters.clock import SystemClock


def test_it_tells_milliseconds_since_1970() -> None:
    before = int(time.time() * 1000)
    assert before <= SystemClock().now() <= int(time.time() * 1000) + 1
