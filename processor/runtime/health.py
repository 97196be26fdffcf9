"""Whether the daemon is alive and ready, as values. It is told facts and instants; it reads no clock and does no IO.

The instants may come from any clock, as long as it is always the same one; the runtime gives the monotonic clock, so
that a corrected wall clock neither kills the daemon nor hides that it hangs.
"""

from collections.abc import Callable

import msgspec

from processor.model.problem import Problem
from processor.model.text import Text
from processor.model.time import MINUTE, SECOND, DurationMs, EpochMs
from processor.ports.console import Condition, ConditionName
from processor.runtime.refused import configuration_words


class HealthLimits(msgspec.Struct, frozen=True):
    """How long a thing may be wrong before somebody should act on it."""

    broker_away_ms: DurationMs = 30 * SECOND  # a broker's restart takes less
    loop_still_ms: DurationMs = 30 * SECOND
    commit_running_ms: DurationMs = 30 * SECOND  # a healthy commit takes milliseconds


class Health:
    """What the runtime knows about itself. It starts as restoring, with every connection of `connections` down."""

    def __init__(self, connections: tuple[str, ...], now: EpochMs, limits: HealthLimits | None = None) -> None:
        self._limits = limits or HealthLimits()
        self._away_since: dict[str, EpochMs | None] = dict.fromkeys(connections, now)
        # A connection that has never been up is not forgiven: until then nothing is taken at all.
        self._never_up = set(connections)
        self._turned_at = now
        self._restored: tuple[int, int] | None = (0, 0)
        self._journal: Text | None = None
        self._committing_since: EpochMs | None = None
        self._stopping = False
        self.companion: Callable[[], Text] | None = None
        self._refused: tuple[tuple[Problem, ...], EpochMs] | None = None

    def turned(self, now: EpochMs) -> None:
        """Say that the event loop went round; the runtime does so every second."""
        self._turned_at = now

    def restoring(self, done: int, total: int) -> None:
        """Say how many journal blocks of the restart are read again."""
        self._restored = (done, total)

    def restored(self) -> None:
        """Say that state and running clocks are back."""
        self._restored = None

    def broker(self, connection: str, now: EpochMs, *, connected: bool) -> None:
        """Say how a connection stands; repeating what is known does not move the instant it was lost at."""
        if connected:
            self._away_since[connection] = None
            self._never_up.discard(connection)
        elif self._away_since.get(connection) is None:
            self._away_since[connection] = now

    def journal_takes(self) -> None:
        """Say that the store took a commit."""
        self._journal = None

    def journal_full(self) -> None:
        """Say that the disk refused a commit."""
        self._journal = Text(
            zh="磁盘已满：不再确认新消息，规则继续判断。请清理磁盘或减少保留天数，腾出空间后自动恢复。",
            en="The disk is full: new messages are not acknowledged, rules go on deciding. Free some space or keep "
            "fewer days; it then recovers alone.",
        )

    def journal_broken(self, reason: str) -> None:
        """Say that the store refused for a reason that waiting will not mend."""
        self._journal = Text(
            zh=f"数据文件无法写入：{reason}。请运行 wardwatch store check。",
            en=f"The store cannot be written: {reason}. Run wardwatch store check.",
        )

    def configuration_refused(self, problems: tuple[Problem, ...], at: EpochMs) -> None:
        """Say that the files could not be taken at this wall-clock instant: the last good rules run on."""
        since = self._refused[1] if self._refused else at
        self._refused = (problems, since)

    def configuration_taken(self) -> None:
        """Say that the rules in force are those of the files."""
        self._refused = None

    @property
    def takes_commits(self) -> bool:
        """Whether the store took the last commit."""
        return self._journal is None

    def commit_began(self, now: EpochMs) -> None:
        """Say that a commit was handed to the store."""
        self._committing_since = now

    def commit_ended(self) -> None:
        """Say that the store answered, whatever it said."""
        self._committing_since = None

    def stopping(self) -> None:
        """Say that a stop was asked for."""
        self._stopping = True

    def liveness(self, now: EpochMs) -> tuple[Condition, ...]:
        """Give what must hold for the process to be worth keeping; the cure of a failure is a restart."""
        still = now - self._turned_at
        ok = still <= self._limits.loop_still_ms
        return (
            _condition(
                ConditionName.LOOP_TURNS,
                ok=ok,
                wrong=_seconds("主循环停顿", "The main loop has stood still for", still),
            ),
        )

    def readiness(self, now: EpochMs) -> tuple[Condition, ...]:
        """Give what must hold for the daemon to do its work; the cure of a failure is in the detail."""
        beside = () if self.companion is None else (Condition(ConditionName.SHADOW, ok=True, detail=self.companion()),)
        return (
            *beside,
            self._restored_condition(),
            self._broker_condition(now),
            _condition(ConditionName.JOURNAL, ok=self._journal is None, wrong=self._journal or Text()),
            self._commits_condition(now),
            # Always held: the last good rules do their work. What is wrong with the files is in the detail.
            Condition(ConditionName.CONFIGURATION, ok=True, detail=configuration_words(self._refused)),
            _condition(
                ConditionName.NOT_STOPPING, ok=not self._stopping, wrong=Text(zh="正在停止。", en="It is stopping.")
            ),
        )

    def _restored_condition(self) -> Condition:
        done, total = self._restored or (0, 0)
        wrong = Text(
            zh=f"正在恢复状态：已读回 {done} / {total} 块。",
            en=f"State is being restored: {done} of {total} blocks are read.",
        )
        return _condition(ConditionName.RESTORED, ok=self._restored is None, wrong=wrong)

    def _broker_condition(self, now: EpochMs) -> Condition:
        away = {name: now - since for name, since in self._away_since.items() if since is not None}
        longest = max(away, key=lambda name: away[name], default="")
        wrong = Text()
        if longest:
            seconds = away[longest] // SECOND
            wrong = Text(
                zh=f"与 MQTT 服务器的连接“{longest}”已断开 {seconds} 秒，正在重连。请运行 wardwatch doctor。",
                en=f'The broker connection "{longest}" has been down for {seconds} s; it is being retried. '
                "Run wardwatch doctor.",
            )
        forgiven = not self._never_up and away.get(longest, 0) <= self._limits.broker_away_ms
        ok = not longest or forgiven
        return _condition(ConditionName.BROKER, ok=ok, wrong=wrong)

    def _commits_condition(self, now: EpochMs) -> Condition:
        running = 0 if self._committing_since is None else now - self._committing_since
        wrong = _seconds("一次写盘已持续", "A commit has been running for", running)
        return _condition(ConditionName.COMMITS, ok=running <= self._limits.commit_running_ms, wrong=wrong)


def _condition(name: ConditionName, *, ok: bool, wrong: Text) -> Condition:
    return Condition(name=name, ok=ok, detail=Text(zh="正常", en="ok") if ok else wrong)


def _seconds(zh: str, en: str, length: DurationMs) -> Text:
    if length >= 10 * MINUTE:
        return Text(zh=f"{zh} {length // MINUTE} 分钟。", en=f"{en} {length // MINUTE} min.")
    return Text(zh=f"{zh} {length // SECOND} 秒。", en=f"{en} {length // SECOND} s.")
