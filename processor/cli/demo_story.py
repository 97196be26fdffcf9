"""What the demonstration says: one readable line for each thing that happens, and the sum at the end."""

import sys
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text as Styled

ZONE: Final = ZoneInfo("Asia/Shanghai")
EVIDENCE_SHOWN: Final = 110
COLOURS: Final = {"L1": "bold red", "L2": "dark_orange", "L3": "yellow", "L4": "blue"}
STATES: Final = {
    "pending": "待确认 pending",
    "firing": "告警 firing",
    "recovering": "恢复中 recovering",
    "ok": "已恢复 ok",
    "unknown": "未知 unknown",
    "open": "已派单 opened",
    "accepted": "已接单 accepted",
    "done": "处置完 done",
    "closed": "办结 closed",
}


class Story:
    """Prints to stderr for people; stdout keeps the one JSON line for programs."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, soft_wrap=True, highlight=False)

    def say(self, text: str, style: str = "") -> None:
        """One line with the time of day."""
        clock = datetime.now(ZONE).strftime("%H:%M:%S")
        self._console.print(f"[dim]{clock}[/dim] ", end="")
        self._console.print(text, style=style or None, markup=False)

    def alert(self, message: dict[str, Any]) -> None:
        """A step of an alert, as it was published."""
        level, name = str(message["level"]), message["name"]
        words = f"{level} {name['zh']} {name['en']} · {message['subject']} · {STATES.get(message['state'], '')}"
        evidence = Styled(str(message["evidence"]))
        evidence.truncate(EVIDENCE_SHOWN, overflow="ellipsis")
        self.say(f"{words} · {evidence.plain}", COLOURS.get(level, ""))

    def order(self, message: dict[str, Any]) -> None:
        """A step of a work order, as it was published."""
        by = f" · {message['person']}" if message.get("person") else ""
        self.say(f"   工单 order {message['order']} · {STATES.get(message['state'], '')}{by}", "cyan")

    def command(self, topic: str, words: str) -> None:
        """A command on its way to a device."""
        self.say(f"   指令 command → {topic}: {words}", "magenta")

    def proof(self, device: str, command: str, evidence: str) -> None:
        """A command whose effect was read back."""
        self.say(f"   已证实 proved: {command} {device} · {evidence}", "bold green")

    def totals(self, totals: dict[str, Any], elapsed_s: float) -> None:
        """Where it stands."""
        self.say(
            f"{elapsed_s:5.0f} s · 收 received {totals['received']} · 存 stored {totals['stored']} · "
            f"重复 duplicates {totals['duplicates']} · 告警 alerts {totals['alerts']} · "
            f"指令 commands {totals['commands_verified']}/{totals['commands_sent']} · "
            f"工单 orders {totals['orders_closed']}/{totals['orders_opened']} · 丢失 lost {totals['lost']}",
            "dim",
        )
