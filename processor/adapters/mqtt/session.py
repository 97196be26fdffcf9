"""Keeps one client connected to the broker for ever, and can say in plain words why it is not."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any, Final, Protocol

from processor.adapters.mqtt.fault import ConnectionFailed, Fault, FaultKind, fault_of_code, fault_of_error
from processor.adapters.mqtt.link import Link, Receiver
from processor.adapters.mqtt.packets import Connack, Encoder
from processor.adapters.mqtt.settings import BrokerSettings, TlsSettings, Version
from processor.model.text import Text
from processor.model.time import EpochMs

LOG = logging.getLogger(__name__)

_CLOSED_WITHIN_S: Final = 2.0


class Client(Receiver, Protocol):
    """Who uses the session: told when it is up and when it went down."""

    def opening(self, link: Link) -> None:
        """This link is tried next. The broker may send queued messages together with its CONNACK, before `went_up`."""

    def went_up(self, link: Link) -> None: ...

    def went_down(self, fault: Fault) -> None: ...


class Session:
    """Connects, waits for the end, connects again, with growing pauses; never gives up."""

    def __init__(
        self,
        settings: BrokerSettings,
        client: Client,
        *,
        clean_start: bool,
        receive_maximum: int | None,
        now: Callable[[], EpochMs],
        gather_s: float = 0.0,
    ) -> None:
        self.fault: Fault | None = None
        self.attempts = 0
        self.connections = 0
        self.encoder = Encoder(settings.version)
        self._settings = settings
        self._client = client
        self._clean_start = clean_start
        self._receive_maximum = receive_maximum
        self._now = now
        self._gather_s = gather_s
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def where(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    @property
    def last_error(self) -> Text | None:
        """Why there is no connection, or why the last one ended; None when nothing ever went wrong."""
        return None if self.fault is None else self.fault.text(self.where)

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep(), name=f"mqtt {self._settings.client_id}")

    async def stop(self) -> None:
        """Say goodbye and end. The broker keeps the session as long as CONNECT asked for."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        link, self._link = self._link, None
        if link is not None and link.open_once:
            await _closed(link, _CLOSED_WITHIN_S)

    # ---- inside

    async def _keep(self) -> None:
        retry = self._settings.retry
        loop = asyncio.get_running_loop()
        pause = retry.first_s
        while True:
            connections, began = self.connections, loop.time()
            fault = await self._live()
            # an outage of hours is one line, not one line per attempt
            if self.connections > connections or self.fault is None or fault.kind is not self.fault.kind:
                LOG.warning("mqtt %s: %s", self._settings.client_id, fault.text(self.where).en)
            self.fault = fault
            # only a connection that lasted earns a quick return: two daemons of one name would chase each other
            if self.connections > connections and loop.time() - began >= retry.longest_s:
                pause = retry.first_s
            await asyncio.sleep(retry.refused_s if fault.slow else pause)
            pause = min(pause * 2, retry.longest_s)

    async def _live(self) -> Fault:
        """One connection from its start to its end, and why it ended."""
        self.attempts += 1
        try:
            link, connack = await self._connect()
        except ConnectionFailed as failed:
            return failed.fault
        self.connections += 1
        LOG.info("mqtt %s: connected to %s", self._settings.client_id, self.where)
        fault = Fault(FaultKind.LOST, "stopped")
        try:
            self._client.went_up(link)
            link.keep_alive(connack.number("server_keep_alive", self._settings.keepalive_s))
            fault = await asyncio.shield(link.ended)
        finally:
            link.close(fault, self.encoder.disconnect())
            self._client.went_down(fault)
        return fault

    async def _connect(self) -> tuple[Link, Connack]:
        link = self._link = Link(self._client, version=self._settings.version, now=self._now, gather_s=self._gather_s)
        self._client.opening(link)
        try:
            async with asyncio.timeout(self._settings.answer_within_s):
                await self._open(link)
                link.send(
                    self.encoder.connect(
                        self._settings, clean_start=self._clean_start, receive_maximum=self._receive_maximum
                    )
                )
                connack = await self._first_answer(link)
        except BaseException as error:
            link.abort(Fault(FaultKind.LOST))
            if isinstance(error, OSError):  # TimeoutError is one
                raise ConnectionFailed(self._of_handshake(fault_of_error(error))) from error
            raise
        if connack.code:
            link.close(Fault(FaultKind.LOST))
            raise ConnectionFailed(fault_of_code(connack.code, self._settings.version))
        return link, connack

    async def _first_answer(self, link: Link) -> Connack:
        either: tuple[asyncio.Future[Any], ...] = (link.connack, link.ended)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if link.connack.done():
            return link.connack.result()
        raise ConnectionFailed(self._of_handshake(link.ended.result()))

    def _of_handshake(self, fault: Fault) -> Fault:
        # TLS 1.3 lets us finish before the broker has looked at our certificate: its refusal is a bare end
        if self._settings.tls is None or fault.kind is not FaultKind.LOST:
            return fault
        return Fault(FaultKind.TLS, "the broker closed the connection; does it accept our client certificate?")

    async def _open(self, link: Link) -> None:
        tls = self._settings.tls
        context = None if tls is None else await asyncio.to_thread(_tls_context, tls)
        name = None if tls is None else tls.server_name or self._settings.host
        await asyncio.get_running_loop().create_connection(
            lambda: link, self._settings.host, self._settings.port, ssl=context, server_hostname=name
        )


async def _closed(link: Link, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await link.gone.wait()
    except TimeoutError:  # a TLS peer that does not answer our goodbye
        link.abort(Fault(FaultKind.LOST))
        await link.gone.wait()


def _tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """Read at every attempt, so that renewed certificates are taken without a restart."""
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key, tls.key_password)
    except (OSError, ValueError) as error:
        files = ", ".join(str(path) for path in (tls.ca, tls.certificate, tls.key) if path is not None)
        raise ConnectionFailed(Fault(FaultKind.TLS_FILES, f"{files}: {error}")) from error
    return context


def version_of(text: str) -> Version:
    """The protocol version an operator wrote: "5" or "3.1.1"."""
    return {"5": Version.V5, "5.0": Version.V5, "3.1.1": Version.V311}[text]
