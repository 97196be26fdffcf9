"""Every answer of the database, over real HTTP."""

import socket
from collections.abc import Iterator

import pytest

from processor.adapters.influx.answers import outcome_of
from processor.adapters.influx.sink import NOTHING_TO_WRITE, InfluxSettings, InfluxSink
from processor.model.device import Device
from processor.model.reading import Reading
from processor.ports.broker import Refused, Sent, Unreachable
from processor.ports.sink import Written
from tests.adapters.influx.server import Answer, FakeInflux, Request
from tests.ports.batches import T0, reading

INVALID = '{"code":"invalid","message":"unable to parse a line"}'


@pytest.fixture
def server() -> Iterator[FakeInflux]:
    with FakeInflux() as running:
        yield running


def settings(url: str) -> InfluxSettings:
    return InfluxSettings(url=url, org="district", bucket="readings", token="secret-token", timeout_ms=5_000)


def describe(device: str) -> Device | None:
    return Device(device, "leak_sensor", "sunrise")


@pytest.fixture
def sink(server: FakeInflux) -> Iterator[InfluxSink]:
    made = InfluxSink(settings(server.url), describe)
    yield made
    made.close()


def readings(count: int) -> list[Reading]:
    return [reading(f"d{number:04}", T0 + number, flow=float(number)) for number in range(count)]


def refusing(*devices: str, status: int = 400) -> object:
    def answer(request: Request) -> Answer:
        refused = any(f"device={device} " in line for device in devices for line in request.lines)
        return Answer(status, INVALID) if refused else Answer()

    return answer


def test_a_write_is_one_request_with_the_token_bucket_and_precision(server: FakeInflux, sink: InfluxSink) -> None:
    assert sink.write(readings(100)) == Written(Sent())
    [request] = server.requests
    assert (request.path, request.token) == ("/api/v2/write", "Token secret-token")
    assert request.query == {"org": ["district"], "bucket": ["readings"], "precision": ["ms"]}
    assert len(server.points) == 100


def test_nothing_is_not_sent(server: FakeInflux, sink: InfluxSink) -> None:
    assert sink.write([]) == Written(Sent())
    assert server.requests == []


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("bad", [["d0000"], ["d0999"], ["d0007", "d0500", "d0501"]])
def test_refused_lines_are_split_out_and_all_others_are_written(
    server: FakeInflux, sink: InfluxSink, bad: list[str], status: int
) -> None:
    server.answer = refusing(*bad, status=status)  # type: ignore[assignment]  # a function of a request
    written = sink.write(readings(1_000))
    assert written.outcome == Sent()
    assert [each.reading.device for each in written.refused] == bad
    assert all("unable to parse a line" in each.reason for each in written.refused)
    assert len(server.points) == 1_000 - len(bad)
    assert set(server.points.values()) == {1}
    assert len(server.requests) <= 1 + 22 * len(bad)


def test_when_every_line_is_refused_every_reading_comes_back(server: FakeInflux, sink: InfluxSink) -> None:
    server.answer = lambda _: Answer(400, INVALID)
    written = sink.write(readings(17))
    assert [each.reading for each in written.refused] == readings(17)


def test_what_is_too_large_is_sent_in_smaller_parts(server: FakeInflux, sink: InfluxSink) -> None:
    server.answer = lambda request: Answer(413) if len(request.lines) > 100 else Answer()
    assert sink.write(readings(1_000)) == Written(Sent())
    assert len(server.points) == 1_000


def test_a_reading_without_a_value_to_write_is_refused_here(server: FakeInflux, sink: InfluxSink) -> None:
    nan = reading("d-nan", T0, flow=float("nan"))
    written = sink.write([*readings(3), nan])
    assert [(each.reading.device, each.reason) for each in written.refused] == [("d-nan", NOTHING_TO_WRITE)]
    assert len(server.points) == 3


@pytest.mark.parametrize(
    ("answer", "words", "retry_after_ms"),
    [
        (Answer(401, '{"code":"unauthorized"}'), "does not know the token", None),
        (Answer(403), "may not write to the bucket", None),
        (Answer(404, '{"message":"bucket not found"}'), "does not know the bucket", None),
        (Answer(429, "slow down", (("Retry-After", "17"),)), "HTTP 429: slow down", 17_000),
        (Answer(503, "", (("Retry-After", "3"),)), "HTTP 503", 3_000),
        (Answer(503, "", (("Retry-After", "999999999999"),)), "HTTP 503", 600_000),
        (Answer(503, "", (("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"),)), "HTTP 503", None),
        (Answer(500, "oops"), "HTTP 500: oops", None),
        (Answer(302, "", (("Location", "http://127.0.0.1:1/"),)), "HTTP 302", None),
        (Answer(400, "<html>plain HTTP sent to an HTTPS port</html>"), "HTTP 400", None),
        (Answer(413, "too much", (("Content-Type", "text/html"),)), "HTTP 413", None),
    ],
)
def test_what_time_or_an_operator_can_mend_is_unreachable_and_keeps_all(
    server: FakeInflux, sink: InfluxSink, answer: Answer, words: str, retry_after_ms: int | None
) -> None:
    server.answer = lambda _: answer
    written = sink.write(readings(10))
    assert isinstance(written.outcome, Unreachable)
    assert words in written.outcome.reason
    assert server.url in written.outcome.reason
    assert "secret-token" not in written.outcome.reason
    assert written.outcome.retry_after_ms == retry_after_ms
    assert (written.refused, len(server.requests)) == ((), 1)


def test_a_failure_in_the_middle_of_splitting_keeps_all(server: FakeInflux, sink: InfluxSink) -> None:
    server.answer = lambda _: Answer(400, INVALID) if len(server.requests) < 4 else Answer(503)
    written = sink.write(readings(100))
    assert isinstance(written.outcome, Unreachable)
    assert written.refused == ()


def test_a_database_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        sink = InfluxSink(settings(url), describe)
        written = sink.write(readings(1))
        sink.close()
    assert isinstance(written.outcome, Unreachable)
    assert url in written.outcome.reason


def test_a_database_that_never_answers_is_unreachable_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hasty = InfluxSettings(url=url, org="o", bucket="b", token="t", timeout_ms=100)
        sink = InfluxSink(hasty, describe)
        written = sink.write(readings(1))
        sink.close()
    assert isinstance(written.outcome, Unreachable)


def test_after_close_nothing_is_sent(server: FakeInflux, sink: InfluxSink) -> None:
    sink.close()
    assert sink.write(readings(1)) == Written(Unreachable("closing"))
    assert server.requests == []


def test_the_token_is_not_in_the_settings_words() -> None:
    assert "secret-token" not in repr(settings("http://db:8086"))


@pytest.mark.parametrize(
    ("status", "kind"), [(200, Sent), (204, Sent), (0, Unreachable), (400, Refused), (599, Unreachable)]
)
def test_any_status_has_a_meaning(status: int, kind: type) -> None:
    assert type(outcome_of(status, {}, "")) is kind
