"""The result as JSON keeps the promise of docs/backtest.schema.json."""

import json
from pathlib import Path

import msgspec

from processor.replay.backtest_result import FORMAT_VERSION, Result

SCHEMA = Path(__file__).parents[2] / "docs" / "backtest.schema.json"


def test_the_schema_file_is_the_one_of_the_code() -> None:
    written = json.loads(SCHEMA.read_text(encoding="utf-8"))
    own = {name: part for name, part in written.items() if name not in {"$schema", "title"}}
    assert own == json.loads(json.dumps(msgspec.json.schema(Result))), (
        "write docs/backtest.schema.json anew, and think of the version"
    )


def test_the_schema_names_the_version_that_is_written() -> None:
    assert f"version {FORMAT_VERSION}" in json.loads(SCHEMA.read_text(encoding="utf-8"))["title"]
