"""The pure core: `Scope.handle(input, now) -> effects`, `next_wake()`, `snapshot()`. No IO, no clock, no randomness."""
