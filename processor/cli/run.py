"""`wardwatch run`: the daemon itself."""

import asyncio
import gc
import getpass
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from processor.cli.exit_codes import ExitCode
from processor.cli.settings import settings_or_exit
from processor.cli.wire import build, read_configuration
from processor.loading.settings_model import Log
from processor.model.problem import Severity
from processor.ports.journal import JournalBroken
from processor.ports.rule_sets import SetCause, SetRequest
from processor.runtime.restore import ConfigurationLost

LOOP: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
try:
    import uvloop
except ImportError:  # not on every platform; the standard loop is slower, not wrong
    pass
else:
    LOOP = uvloop.new_event_loop


def set_up_logging(log: Log) -> None:
    """One stream, one format, for our lines and for the libraries'."""
    level = logging.getLevelNamesMapping()[log.level.upper()]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("gmqtt").setLevel(logging.WARNING)  # it writes down whole packets
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def system_user() -> str:
    """Who runs this, as the machine calls them: a signal says no more."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user of that number
        return f"uid {os.getuid()}"


async def _freeze_when(ready: asyncio.Event) -> None:
    """Take what lives as long as the daemon out of the collector's sight, then let it collect again.

    With 100,000 devices every full collection would look at millions of objects that never go: restarts took three
    times as long, and readings waited.
    """
    await ready.wait()
    gc.freeze()
    gc.enable()


def run(config: Path) -> ExitCode:
    """Run until SIGINT or SIGTERM; SIGHUP reads the rules again."""
    settings = settings_or_exit(config)
    set_up_logging(settings.log)
    gc.disable()
    first = read_configuration(config, settings)
    for problem in first.problems:
        sys.stderr.write(problem.render(settings.language) + "\n")
    if first.district is None or any(problem.severity is Severity.ERROR for problem in first.problems):
        return ExitCode.CONFIGURATION
    try:
        daemon, store = build(config, settings, first, first.district)
    except JournalBroken as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.STORE

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for stop in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(stop, daemon.stop)
        waiting: set[asyncio.Task[object]] = set()

        def reload() -> None:
            request = SetRequest("", f"{system_user()} (SIGHUP)", SetCause.RELOAD)
            task: asyncio.Task[object] = loop.create_task(daemon.reload(request))
            waiting.add(task)
            task.add_done_callback(waiting.discard)

        loop.add_signal_handler(signal.SIGHUP, reload)
        freezing = loop.create_task(_freeze_when(daemon.ready))
        await daemon.run()
        freezing.cancel()

    try:
        with asyncio.Runner(loop_factory=LOOP) as runner:
            runner.run(main())
    except ConfigurationLost as lost:
        sys.stderr.write(f"{lost}\n")
        return ExitCode.STORE
    finally:
        store.close()
    return ExitCode.OK
