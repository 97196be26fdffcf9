"""Which fault happens where and when: made in code or read from YAML."""

from pathlib import Path

import msgspec
import yaml

from processor.model.time import SECOND, DurationMs


class FaultSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault or confounder. `asset` is a device id; "" lets the seed choose a fitting one that has the tags `where`.

    Times are seconds after the start; without `duration_s` it lasts until people (or a valve) end it, or to the end.
    """

    type: str
    at_s: float = 0.0
    asset: str = ""
    where: dict[str, str] = {}
    duration_s: float | None = None
    severity: float = 1.0
    parameters: dict[str, float] = {}

    def at_ms(self) -> DurationMs:
        """Onset after the start."""
        return int(self.at_s * SECOND)

    def end_ms(self) -> DurationMs | None:
        """Planned end after the start."""
        return None if self.duration_s is None else int((self.at_s + self.duration_s) * SECOND)


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named list of faults. `period_s` overrides every periodic device's period (for short demos).

    `sensor_delay_s` overrides how long leak sensors take to notice; `step_s` is the longest physical step.
    """

    name: str
    faults: tuple[FaultSpec, ...] = ()
    period_s: float | None = None
    sensor_delay_s: float | None = None
    step_s: float = 10.0


HEALTHY = Scenario("healthy")
# The demo's loop must close within 60 s of real time: short periods, quick physics, one fault of each family.
DEMO = Scenario(
    "demo",
    (
        FaultSpec("leak", at_s=4, where={"room_kind": "pump"}, parameters={"l_min": 12.0}),
        FaultSpec("earth_fault", at_s=6, where={"role": "feeder"}, parameters={"ma": 420.0}),
        # Warm from the beginning and less than 10 K more: hot enough to stop the port, too slow to be called a fire.
        FaultSpec("hot_socket", parameters={"from_celsius": 58.5, "celsius": 66.5, "tau_s": 3.0}),
        FaultSpec("cleaning_water", at_s=14, where={"room_kind": "flat"}, duration_s=25),
        FaultSpec("offline", at_s=15),
    ),
    period_s=2.0,
    sensor_delay_s=1.0,
    step_s=0.5,
)
SCENARIOS = {scenario.name: scenario for scenario in (HEALTHY, DEMO)}


class ScenarioError(ValueError):
    """The scenario file cannot be used; the message says where and what is wrong."""


def load_scenario(path: Path) -> Scenario:
    """The scenario in a YAML file; the keys are the fields of `Scenario` and `FaultSpec`."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(tree, dict):
            tree.setdefault("name", path.stem)
        return msgspec.convert(tree, Scenario)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise ScenarioError(f"{path}: {error}") from error
