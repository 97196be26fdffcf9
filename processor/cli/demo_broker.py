"""A broker for the demonstration: Mosquitto where it is installed, else one that comes as a wheel. Loopback only."""

import asyncio
import contextlib
import logging
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

READY_WITHIN_S: Final = 15.0
STOP_WITHIN_S: Final = 20.0
# Debian keeps it out of an ordinary user's path.
PLACES: Final = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_broker(folder: Path, port: int) -> tuple[subprocess.Popen[bytes], str]:
    """A running broker on this port, and what to call it. Raises RuntimeError with its last words."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path=PLACES)
    log_path = folder / "broker.log"
    with log_path.open("wb") as log:
        if program:
            settings = folder / "mosquitto.conf"
            # Nothing that is queued for the daemon may be thrown away: Mosquitto drops past 1,000 by default.
            settings.write_text(
                f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n",
                encoding="utf-8",
            )
            command, name = [program, "-c", str(settings)], "Mosquitto"
        else:
            command, name = [sys.executable, "-m", "processor.cli.demo_broker", str(port)], "amqtt"
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603  # our own words
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return process, name
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"{name} did not start: {log_path.read_text(encoding='utf-8', errors='replace')[-500:]}")


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """End it in order, or by force when it does not listen."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def serve(port: int) -> None:
    """The broker from the wheel, until SIGTERM."""
    from amqtt.broker import Broker  # noqa: PLC0415 - an extra that only this path needs

    logging.getLogger("amqtt").setLevel(logging.ERROR)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
