"""How the daemon's values become HTTP answers."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from processor.ports.console import Condition


def json_answer(value: object, status: int = 200) -> Response:
    """Give `value` as JSON; msgspec writes the model's structs as they are, times in milliseconds since the epoch."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def items_answer(found: Sequence[object], limit: int) -> Response:
    """Give at most `limit` items, and whether there were more (the service was asked for one more)."""
    return json_answer({"items": list(found[:limit]), "more": len(found) > limit})


def conditions_answer(conditions: Sequence[Condition]) -> Response:
    """Give 200 when every condition holds, else 503, with each condition and its words."""
    ok = all(condition.ok for condition in conditions)
    return json_answer({"ok": ok, "conditions": list(conditions)}, 200 if ok else 503)
