"""Without the broker: skipped with its reason on a private machine, failed in CI."""

import pytest

from tests import mosquitto


@pytest.mark.parametrize(("ci", "ending"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_broker_is_skipped_at_home_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, ending: type[BaseException]
) -> None:
    monkeypatch.setattr(mosquitto, "find_mosquitto", lambda: None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ending, match="mosquitto is not installed"):
        mosquitto.require_mosquitto()
