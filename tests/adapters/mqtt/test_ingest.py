"""Receiving from a real Mosquitto: acknowledged when told, never before; back after every loss."""

import asyncio
import signal
import socket
from functools import partial

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from processor.adapters.mqtt import FaultKind, TlsSettings, Version
from processor.adapters.mqtt.link import Link
from tests.adapters.mqtt.authority import Authority
from tests.adapters.mqtt.receiving import Receiving, Sending, settings
from tests.conftest import MosquittoFactory
from tests.mosquitto import Mosquitto, free_port
from tests.waiting import eventually

VERSIONS = pytest.mark.parametrize("version", [Version.V5, Version.V311], ids=["MQTT 5", "MQTT 3.1.1"])


@VERSIONS
async def test_an_unacknowledged_message_comes_again_to_the_next_process(
    mosquitto: Mosquitto, version: Version
) -> None:
    wanted = settings(mosquitto.port, version=version)
    async with Sending(settings(mosquitto.port, "device")) as sending:
        async with Receiving(wanted) as first:
            await first.ready()
            await sending.send("v1/d", b"kept")
            await sending.send("v1/d", b"acked")
            await first.count(2)
            first.ingest.acknowledge([first.got[1].receipt])
            await sending.send("v1/d", b"later")
            await first.count(3)
        async with Receiving(wanted) as second:
            await second.count(2)
            assert [(m.payload, m.redelivered) for m in second.got] == [(b"kept", True), (b"later", True)]
            second.ingest.acknowledge([m.receipt for m in second.got])
            await second.ready()
            await sending.send("v1/d", b"end")
            await second.count(3)
        async with Receiving(wanted) as third:
            await third.count(1)
            assert third.payloads() == [b"end"]


@VERSIONS
async def test_messages_published_while_the_daemon_is_down_wait_for_it(mosquitto: Mosquitto, version: Version) -> None:
    wanted = settings(mosquitto.port, version=version)
    async with Receiving(wanted) as first:
        await first.ready()
    async with Sending(settings(mosquitto.port, "device")) as sending:
        for number in range(200):
            await sending.send("v1/d", b"%d" % number)
    async with Receiving(wanted) as second:
        await second.count(200)
        assert second.payloads() == [b"%d" % number for number in range(200)]
        assert second.ingest.session_present


@VERSIONS
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_it_comes_back_and_subscribes_again_after_a_broker_restart(
    mosquitto: Mosquitto, version: Version, how: signal.Signals
) -> None:
    async with Receiving(settings(mosquitto.port, version=version)) as receiving:
        await receiving.ready()
        await asyncio.to_thread(mosquitto.restart, how)  # killed, it forgets the session: only our SUBSCRIBE brings it
        await eventually(lambda: receiving.ingest.connected and receiving.ingest._session.connections == 2)
        await receiving.ready()
        async with Sending(settings(mosquitto.port, "device")) as sending:
            await sending.send("v1/d", b"after")
        await receiving.count(1)
    assert receiving.payloads() == [b"after"]


async def test_the_receive_maximum_is_announced_and_respected_from_the_start(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Link, "hold", lambda _link: None)  # here the broker alone must keep the bound
    async with (
        Receiving(settings(mosquitto.port, receive_maximum=7)) as receiving,
        Sending(settings(mosquitto.port, "device")) as sending,
    ):
        await receiving.ready()
        for number in range(30):  # each a trip through the broker
            await sending.send("v1/d", b"%d" % number)
        await receiving.count(7)
        assert len(receiving.got) == 7
        # after the first acknowledgement Mosquitto 2.0.11 sends all the rest: hence our own bound, next test
        receiving.ingest.acknowledge([m.receipt for m in receiving.got])
        await receiving.count(14)


@VERSIONS
async def test_a_broker_without_a_limit_has_to_wait(mosquitto: Mosquitto, version: Version) -> None:
    """What one read brings may pass the bound; what comes later stays in the socket."""
    async with (
        Receiving(settings(mosquitto.port, receive_maximum=5, version=version)) as receiving,
        Sending(settings(mosquitto.port, "device")) as sending,
    ):
        await receiving.ready()
        for number in range(5):
            await sending.send("v1/d", b"%d" % number)
        await receiving.count(5)
        for number in range(5, 60):  # each a trip through the broker
            await sending.send("v1/d", b"%d" % number)
        assert receiving.payloads() == [b"0", b"1", b"2", b"3", b"4"]
        assert receiving.ingest.connected
        done = 0
        while done < 60:
            await receiving.count(done + 1)
            new = receiving.got[done:]
            done += len(new)
            receiving.ingest.acknowledge([m.receipt for m in new])
        assert receiving.payloads() == [b"%d" % number for number in range(60)]


@pytest.mark.parametrize("qos", [0, 1, 2])
@VERSIONS
async def test_every_qos_of_a_publisher_arrives_once(mosquitto: Mosquitto, version: Version, qos: int) -> None:
    async with Receiving(settings(mosquitto.port, version=version)) as receiving:
        await receiving.ready()
        await asyncio.to_thread(publish_plainly, mosquitto.port, [(qos, "v1/d", b"x", False)])
        await receiving.count(1)
        assert (receiving.got[0].receipt is None) == (qos == 0)


async def test_a_message_queued_with_qos_2_by_an_earlier_subscription_is_finished(mosquitto: Mosquitto) -> None:
    def subscribe_with_qos_2() -> None:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="daemon", clean_session=False)
        done: list[object] = []
        client.on_connect = lambda c, *_: c.subscribe("v1/#", qos=2)
        client.on_subscribe = lambda *_: done.append(client.disconnect())
        client.connect("127.0.0.1", mosquitto.port)
        client.loop_forever()
        assert done

    await asyncio.to_thread(subscribe_with_qos_2)
    await asyncio.to_thread(publish_plainly, mosquitto.port, [(2, "v1/d", b"two", False)])
    wanted = settings(mosquitto.port, version=Version.V311)
    async with Receiving(wanted) as receiving:
        await receiving.ready()
        await receiving.count(1)
        receiving.ingest.acknowledge([m.receipt for m in receiving.got])
        for number in range(2):  # PUBREC, PUBREL, PUBCOMP: two more trips through the broker
            await asyncio.to_thread(publish_plainly, mosquitto.port, [(1, "v1/d", b"%d" % number, False)])
            await receiving.count(2 + number)
        receiving.ingest.acknowledge([m.receipt for m in receiving.got[1:]])
        await asyncio.to_thread(publish_plainly, mosquitto.port, [(0, "v1/d", b"last", False)])
        await receiving.count(4)
    async with Receiving(wanted) as again:
        await again.ready()
        await asyncio.to_thread(publish_plainly, mosquitto.port, [(0, "v1/d", b"only", False)])
        await again.count(1)
    assert again.payloads() == [b"only"]


@VERSIONS
async def test_retained_messages_are_marked(mosquitto: Mosquitto, version: Version) -> None:
    await asyncio.to_thread(publish_plainly, mosquitto.port, [(1, "v1/d", b"old", True)])
    async with Receiving(settings(mosquitto.port, version=version)) as receiving:
        await receiving.count(1)
        await receiving.ready()
        await asyncio.to_thread(publish_plainly, mosquitto.port, [(1, "v1/d", b"new", True)])
        await receiving.count(2)
        # sent on because we were subscribed already: news, not memory
        assert [(m.payload, m.retained) for m in receiving.got] == [(b"old", True), (b"new", False)]


@VERSIONS
async def test_a_huge_message_is_cut_and_the_next_one_is_whole(mosquitto: Mosquitto, version: Version) -> None:
    async with Receiving(settings(mosquitto.port, version=version)) as receiving:
        await receiving.ready()
        messages = [(1, "v1/big", b"x" * 5_000_000, False), (1, "v1/small", b"whole", False)]
        await asyncio.to_thread(publish_plainly, mosquitto.port, messages)
        await receiving.count(2)
        big, small = receiving.got
        assert 256 * 1024 < len(big.payload) <= 1024 * 1024 + 256 * 1024
        assert (small.topic, small.payload) == ("v1/small", b"whole")
        receiving.ingest.acknowledge([big.receipt, small.receipt])


async def test_a_callback_that_fails_costs_its_message_no_ack_and_the_others_nothing(mosquitto: Mosquitto) -> None:
    good: list[bytes] = []
    receiving = Receiving(settings(mosquitto.port))

    def on_message(message: object) -> None:
        payload = getattr(message, "payload", b"")
        if payload == b"poison":
            raise RuntimeError("a fault of the receiver")
        good.append(payload)

    await receiving.ingest.start(on_message)
    await receiving.ready()
    async with Sending(settings(mosquitto.port, "device")) as sending:
        for payload in (b"1", b"poison", b"2"):
            await sending.send("v1/d", payload)
    await eventually(lambda: good == [b"1", b"2"])
    assert receiving.ingest.callback_errors == 1
    assert receiving.ingest.connected
    await receiving.ingest.stop()


# ---- why there is no connection


@VERSIONS
async def test_a_wrong_password_is_said_and_tried_again_until_it_is_right(
    mosquitto_factory: MosquittoFactory, version: Version
) -> None:
    broker = mosquitto_factory("allow_anonymous false", "password_file /dev/null")
    wanted = settings(broker.port, version=version, username="daemon", password="wr0ng")
    async with Receiving(wanted) as receiving:
        await eventually(lambda: receiving.ingest._session.attempts >= 3, "it never gives up")
        fault, words = receiving.ingest.fault, receiving.ingest.last_error
        assert fault is not None
        assert words is not None
        assert fault.kind in {FaultKind.BAD_CREDENTIALS, FaultKind.NOT_AUTHORISED}
        assert fault.slow
        assert "password" in words.en
        assert "密码" in words.zh
        assert "wr0ng" not in words.en + words.zh + repr(wanted)
        broker.stop()
        broker._options = ("allow_anonymous true",)
        await asyncio.to_thread(broker.start)
        await receiving.ready()


async def test_nothing_listening_is_said() -> None:
    async with Receiving(settings(free_port())) as receiving:
        await eventually(lambda: receiving.ingest.fault)
        assert receiving.ingest.fault is not None
        assert receiving.ingest.fault.kind is FaultKind.REFUSED
        assert not receiving.ingest.connected


async def test_an_unknown_host_is_said() -> None:
    async with Receiving(settings(1883, host="broker.invalid")) as receiving:
        await eventually(lambda: receiving.ingest.fault)
        assert receiving.ingest.fault is not None
        assert receiving.ingest.fault.kind in {FaultKind.HOST_UNKNOWN, FaultKind.NETWORK}


async def test_a_server_that_never_answers_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wanted = settings(silent.getsockname()[1], answer_within_s=0.05)
        async with Receiving(wanted) as receiving:
            await eventually(lambda: receiving.ingest._session.attempts >= 2)
            assert receiving.ingest.fault is not None
            assert receiving.ingest.fault.kind is FaultKind.NO_ANSWER


async def test_a_second_daemon_with_our_name_is_thought_of(mosquitto: Mosquitto) -> None:
    # Mosquitto 2.0.11 only closes the older connection; a DISCONNECT that says why is tested in test_link.py
    async with Receiving(settings(mosquitto.port)) as first:
        await first.ready()
        async with Receiving(settings(mosquitto.port)):
            await eventually(lambda: first.ingest.last_error)
            assert first.ingest.last_error is not None
            assert "client_id" in first.ingest.last_error.en


async def test_a_refused_filter_is_said(
    mosquitto_factory: MosquittoFactory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    acl = tmp_path_factory.mktemp("acl") / "acl"
    acl.write_text("topic readwrite v1/#\n")
    broker = mosquitto_factory(f"acl_file {acl}")
    async with Receiving(settings(broker.port), "v1/#", "bad/#/filter") as receiving:
        await eventually(lambda: receiving.ingest.fault or receiving.ingest.refused_filters)


# ---- TLS


async def test_tls_with_a_client_certificate(
    mosquitto_factory: MosquittoFactory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority(folder / "ours")
    stranger = Authority(folder / "theirs")
    certificate, key = authority.issue("broker")
    ours, ours_key = authority.issue("daemon")
    foreign, foreign_key = stranger.issue("daemon")
    listener = (f"cafile {authority.ca}", f"certfile {certificate}", f"keyfile {key}", "require_certificate true")
    broker = mosquitto_factory(listener=listener)
    good = TlsSettings(ca=authority.ca, certificate=ours, key=ours_key)
    async with (
        Receiving(settings(broker.port, tls=good)) as receiving,
        Sending(settings(broker.port, "device", tls=good)) as sending,
    ):
        await receiving.ready()
        await sending.send("v1/d", b"secret")
        await receiving.count(1)
    cases: dict[str, tuple[TlsSettings | None, set[FaultKind]]] = {
        "untrusted broker": (TlsSettings(ca=stranger.ca, certificate=ours, key=ours_key), {FaultKind.TLS}),
        "unknown client": (TlsSettings(ca=authority.ca, certificate=foreign, key=foreign_key), {FaultKind.TLS}),
        "no client certificate": (TlsSettings(ca=authority.ca), {FaultKind.TLS}),
        "wrong name": (
            TlsSettings(ca=authority.ca, certificate=ours, key=ours_key, server_name="other.example"),
            {FaultKind.TLS},
        ),
        "missing file": (TlsSettings(ca=folder / "no.pem"), {FaultKind.TLS_FILES}),
        "no tls at all": (None, {FaultKind.LOST, FaultKind.NO_ANSWER, FaultKind.PROTOCOL}),
    }
    for name, (tls, kinds) in cases.items():
        async with Receiving(settings(broker.port, "other", tls=tls, answer_within_s=5.0)) as failing:
            await eventually(partial(getattr, failing.ingest, "fault"), name)
            assert failing.ingest.fault is not None
            assert failing.ingest.fault.kind in kinds, f"{name}: {failing.ingest.fault}"


def publish_plainly(port: int, messages: list[tuple[int, str, bytes, bool]]) -> None:
    """Publish (qos, topic, payload, retain) with an independent client."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for qos, topic, payload, retain in messages:
        client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(timeout=20)
    client.disconnect()
    client.loop_stop()
