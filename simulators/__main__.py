"""`python -m simulators run|configure|score`: one JSON object per line on stdout, words for people on stderr.

Exit codes: 0 done, 1 it failed (the last line says why), 2 wrong arguments. Secrets come from the environment:
SIMULATORS_PASSWORD for the broker, SIMULATORS_TOKEN for the daemon's API.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from simulators.community import build_district
from simulators.configuration import write_configuration
from simulators.delivery import DeliveryFaults
from simulators.known import plan_of, read_devices
from simulators.orders_http import HttpOrders
from simulators.responder import HURRIED, Pacing
from simulators.run import Simulation
from simulators.scenario import ScenarioError
from simulators.score import raised, read_steps, score
from simulators.settings import Settings
from simulators.truth import read_actions, read_truth


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; its exit code."""
    chosen = _parser().parse_args(arguments)
    verbs: Mapping[str, Callable[[argparse.Namespace], int]] = {"run": _run, "configure": _configure, "score": _score}
    try:
        return verbs[chosen.verb](chosen)
    except (ScenarioError, msgspec.DecodeError, OSError, ValueError) as error:
        return _fail(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    size = argparse.ArgumentParser(add_help=False)
    size.add_argument("--seed", type=int, default=1)
    size.add_argument("--communities", type=int, default=2)
    size.add_argument("--devices", type=int, default=60)
    _add_run(verbs.add_parser("run", parents=[size], help="simulate a district against a broker"))
    configure = verbs.add_parser("configure", parents=[size], help="write the daemon's matching configuration")
    configure.add_argument("folder", type=Path)
    configure.add_argument("--channel", action="append", default=[], help="of the people; may be given again")
    scored = verbs.add_parser("score", help="compare published alerts with the truth")
    scored.add_argument("truth", type=Path)
    scored.add_argument("alerts", type=Path)
    scored.add_argument("--actions", type=Path, help="what devices obeyed, to find wrong automatic actions")
    scored.add_argument("--devices", type=int, default=0)
    return parser


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=int, default=1883)
    run.add_argument("--username")
    run.add_argument("--ca-file")
    run.add_argument("--scenario", default="healthy", help="healthy, demo, or a YAML file")
    run.add_argument("--duration", type=float, help="seconds; without it until stopped")
    run.add_argument("--speed", type=float, default=1.0)
    run.add_argument("--truth", type=Path, help="where to write what was really wrong")
    run.add_argument("--alerts", type=Path, help="where to keep the alerts that are published meanwhile")
    run.add_argument("--actions", type=Path, help="where to write which commands were obeyed")
    run.add_argument("--devices-file", type=Path, help="simulate these (JSON lines) instead of a made-up district")
    run.add_argument("--api", help="the daemon's HTTP address; a simulated worker then answers its orders")
    run.add_argument("--hurried", action="store_true", help="a worker who takes seconds, for demonstrations")
    run.add_argument("--bad-network", action="store_true", help="lose, repeat, delay messages; wrong clocks")


def _run(chosen: argparse.Namespace) -> int:
    settings = Settings(
        host=chosen.host,
        port=chosen.port,
        username=chosen.username,
        password=os.environ.get("SIMULATORS_PASSWORD"),
        ca_file=chosen.ca_file,
        seed=chosen.seed,
        communities=chosen.communities,
        devices=chosen.devices,
        scenario=chosen.scenario,
        duration_s=chosen.duration,
        speed=chosen.speed,
        truth=chosen.truth,
        alerts=chosen.alerts,
        actions=chosen.actions,
        delivery=DeliveryFaults.typical() if chosen.bad_network else DeliveryFaults(),
        pacing=HURRIED if chosen.hurried else Pacing(),
    )
    plan = plan_of(read_devices(chosen.devices_file), seed=chosen.seed) if chosen.devices_file else None
    orders = HttpOrders(chosen.api, os.environ.get("SIMULATORS_TOKEN", "")) if chosen.api else None
    simulation = Simulation(settings, plan=plan, orders=orders, on_progress=_say)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: simulation.request_stop())
    simulation.start()
    simulation.wait()
    if orders is not None:
        orders.close()
    return 1 if simulation.progress().failure else 0


def _configure(chosen: argparse.Namespace) -> int:
    plan = build_district(seed=chosen.seed, communities=chosen.communities, devices=chosen.devices)
    write_configuration(plan, chosen.folder, channels=tuple(chosen.channel) or ("console",))
    _say({"folder": str(chosen.folder), "communities": len(plan.communities), "devices": len(plan.devices)})
    return 0


def _score(chosen: argparse.Namespace) -> int:
    episodes = read_truth(chosen.truth)
    steps = read_steps(chosen.alerts.read_bytes().splitlines())
    actions = read_actions(chosen.actions) if chosen.actions else ()
    times = [moment for episode in episodes for moment in (episode.t_onset, episode.t_end) if moment is not None]
    times += [step.decided_at for step in steps]
    length, until = (max(times) - min(times), max(times)) if times else (0, None)
    _say(score(episodes, raised(steps), actions, devices=chosen.devices, length_ms=length, until=until))
    return 0


def _say(value: object) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def _fail(why: str) -> int:
    _say({"finished": True, "failure": why})
    return 1


if __name__ == "__main__":
    sys.exit(main())
