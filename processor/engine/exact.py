"""Sums without rounding: what is added can be taken away again, and a million additions later nothing has drifted."""


class ExactSum:
    """A sum of floats as one whole number, `scaled / 2 ** shift`."""

    __slots__ = ("scaled", "shift")

    def __init__(self) -> None:
        self.scaled = 0
        self.shift = 0

    def add(self, value: float) -> None:
        """Add a finite number."""
        number, divisor = value.as_integer_ratio()
        # Written out twice, for add and for remove: this is what every reading of every such window pays for.
        grown = divisor.bit_length() - 1 - self.shift
        if grown > 0:
            self.scaled <<= grown
            self.shift += grown
            grown = 0
        self.scaled += number << -grown

    def remove(self, value: float) -> None:
        """Take away what was added before, so that `shift` is large enough."""
        number, divisor = value.as_integer_ratio()
        self.scaled -= number << (self.shift - divisor.bit_length() + 1)

    def add_square(self, value: float) -> None:
        """Add its square."""
        number, divisor = value.as_integer_ratio()
        self._add(number * number, 2 * divisor.bit_length() - 2)

    def remove_square(self, value: float) -> None:
        """Take its square away."""
        number, divisor = value.as_integer_ratio()
        self._add(-number * number, 2 * divisor.bit_length() - 2)

    def _add(self, number: int, shift: int) -> None:
        grown = shift - self.shift
        if grown > 0:
            self.scaled = (self.scaled << grown) + number
            self.shift = shift
        else:
            self.scaled += number << -grown

    def over(self, count: int) -> float | None:
        """The sum divided by `count`, rounded once; None when no float can hold it."""
        try:
            return self.scaled / (count << self.shift)
        except OverflowError:
            return None


def deviation(total: ExactSum, squares: ExactSum, count: int) -> float | None:
    """The deviation of `count` samples with this sum and sum of squares; None when no float can hold it."""
    shift = max(squares.shift, 2 * total.shift)
    spread = (squares.scaled << (shift - squares.shift)) * count - (
        total.scaled * total.scaled << (shift - 2 * total.shift)
    )
    try:
        return float((spread / (count * (count - 1) << shift)) ** 0.5)
    except OverflowError:
        return None
