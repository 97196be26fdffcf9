"""Topics: templates, subscriptions, and which device is meant."""

import pytest

from processor.decode.limits import DecodeLimits
from processor.decode.topics import covering, parse_template
from processor.model.device import Device
from processor.model.profile import Listen
from processor.model.reading import Reading
from tests.decode.making import (
    NOW,
    TOPIC,
    decode,
    decoder,
    number,
    only_reading,
    only_rejection,
    profile,
    reasons,
    values,
)


@pytest.mark.parametrize(
    ("template", "subscription", "topic", "captured"),
    [
        ("v1/{c}/x/{device}", "v1/+/x/+", "v1/s/x/d1", {"c": "s", "device": "d1"}),
        ("v1/{c}/x/{device}", "v1/+/x/+", "v1/s/y/d1", None),
        ("v1/{c}/x/{device}", "v1/+/x/+", "v1/s/x/d1/e", None),
        ("v1/{c}/x/{device}", "v1/+/x/+", "v1/s/x/", None),  # an empty level names nothing
        ("+/{device}/up", "+/+/up", "any/d1/up", {"device": "d1"}),
        ("{device}/status/switch:0", "+/status/switch:0", "shelly-1/status/switch:0", {"device": "shelly-1"}),
        ("a/dev-{device}.v2/t", "a/+/t", "a/dev-7.v2/t", {"device": "7"}),
        ("a/dev-{device}.v2/t", "a/+/t", "a/dev-7xv2/t", None),
        ("社区/{device}", "社区/+", "社区/漏水\n1", {"device": "漏水\n1"}),
        ("plain/topic", "plain/topic", "plain/topic", {}),
    ],
)
def test_a_template_subscribes_and_matches(
    template: str, subscription: str, topic: str, captured: dict[str, str] | None
) -> None:
    parsed = parse_template(template)
    assert parsed.filter == subscription
    assert parsed.match(topic) == captured


@pytest.mark.parametrize(
    "template",
    [
        "",
        "a/#",
        "#",
        "$share/g/a/{device}",
        "$queue/a",
        "a/b+/c",
        "a/{device",
        "a/{d}/{d}",
        "a/{}",
        "a/{d}{e}",
        "a\x00b",
    ],
)
def test_a_template_that_could_subscribe_to_something_else_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        decoder(profile(number("v"), listen=[Listen(template=template)]))


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (["a/+", "a/+"], ("a/+",)),
        (["a/b", "a/+"], ("a/+",)),
        (["a/+/c", "+/b/c"], ("+/b/c", "a/+/c")),  # neither covers the other
        (["+/b", "$SYS/b"], ("$SYS/b", "+/b")),  # a leading + does not match the broker's own topics
        (["a/b/c", "a/+"], ("a/+", "a/b/c")),
    ],
)
def test_subscriptions_that_others_cover_are_left_out(filters: list[str], kept: tuple[str, ...]) -> None:
    assert covering(filters) == kept


def test_the_filters_are_those_of_all_listens() -> None:
    a = profile(number("v"), listen=[Listen(template="a/{device}"), Listen(template="r/{device}", reply=True)])
    b = profile(number("v"), name="other", listen=[Listen(template="a/{device}"), Listen(template="a/x")])
    assert decoder(a, b).filters == ("a/+", "r/+")


THING = profile(number("v"))


@pytest.mark.parametrize(
    ("topic", "reason", "words"),
    [
        ("v1/sunrise/x/d1", "unknown_topic", "no profile listens"),
        ("v2/sunrise/x/d1/telemetry", "unknown_topic", "no profile listens"),
        ("v1/sunrise/x/nobody/telemetry", "unknown_device", "'nobody'"),
        ("v1/lakeside/x/d1/telemetry", "device_mismatch", "registered in sunrise"),
        ("v1/sunrise/x/" + "d" * 2000 + "/telemetry", "too_large", "2023 characters"),
    ],
)
def test_a_topic_that_leads_nowhere_is_named(topic: str, reason: str, words: str) -> None:
    used = decoder(THING)
    for _ in range(2):  # the first and the remembered answer are the same
        letter = only_rejection(decode(used, {"v": 1}, topic=topic))
        assert letter.reason.value == reason
        assert words in letter.detail
        assert letter.topic == topic[:1024]
        assert letter.payload == b'{"v": 1}'


def test_two_communities_may_use_the_same_id_on_the_wire() -> None:
    used = decoder(THING, devices=[Device("a", "thing", "sunrise", wire="1"), Device("b", "thing", "lake", wire="1")])
    assert only_reading(decode(used, {}, topic="v1/sunrise/x/1/telemetry")).device == "a"
    assert only_reading(decode(used, {}, topic="v1/lake/x/1/telemetry")).device == "b"
    assert reasons(decode(used, {}, topic="v1/moon/x/1/telemetry")) == ["device_mismatch"]


def test_an_id_that_means_two_devices_is_no_device() -> None:
    nowhere = profile(number("v"), listen=[Listen(template="t/{device}")])
    used = decoder(nowhere, devices=[Device("a", "thing", "s", wire="1"), Device("b", "thing", "l", wire="1")])
    assert reasons(decode(used, {}, topic="t/1")) == ["unknown_device"]


def test_profiles_that_share_a_topic_each_read_their_own_devices() -> None:
    a = profile(number("v"), name="a", listen=[Listen(template="z/{device}")])
    b = profile(number("w"), name="b", listen=[Listen(template="z/{device}")])
    used = decoder(a, b, devices=[Device("d1", "a", "s"), Device("d2", "b", "s"), Device("d3", "b", "s", wire="d1")])
    payload = {"v": 1, "w": 2}
    assert values(decode(used, payload, topic="z/d2")) == [{"w": 2.0}]
    both = decode(used, payload, topic="z/d1")
    assert [(o.device, o.values) for o in both if isinstance(o, Reading)] == [("d1", {"v": 1.0}), ("d3", {"w": 2.0})]
    assert reasons(decode(used, payload, topic="z/d9")) == ["unknown_device"]


def test_a_profile_that_finds_no_device_of_its_own_in_a_shared_topic_is_silent() -> None:
    a = profile(number("v"), name="a", listen=[Listen(template="z/{device}")])
    b = profile(number("w"), name="b", listen=[Listen(template="z/{any}", device="$.dev")])
    used = decoder(a, b, devices=[Device("d1", "a", "s"), Device("d2", "b", "s")])
    assert values(decode(used, {"v": 1, "dev": "elsewhere"}, topic="z/d1")) == [{"v": 1.0}]
    assert reasons(decode(used, {"v": 1, "dev": "elsewhere"}, topic="z/d1")) == []
    assert values(decode(used, {"v": 1, "w": 2, "dev": "d2"}, topic="z/d1")) == [{"v": 1.0}, {"w": 2.0}]
    assert reasons(decode(used, {"dev": "elsewhere"}, topic="z/d9")) == ["unknown_device"]


def test_the_device_may_be_named_in_the_payload() -> None:
    used = decoder(profile(number("v"), listen=[Listen(template="all/{community}", device="$.meta.id")]))
    good = decode(used, {"meta": {"id": "d1"}, "v": 2}, topic="all/sunrise")
    assert (only_reading(good).device, values(good)) == ("d1", [{"v": 2.0}])
    for payload, reason in [
        ({"meta": {"id": "dx"}}, "unknown_device"),
        ({"meta": {}}, "missing_field"),
        ({"meta": 5}, "wrong_type"),
        ({"meta": {"id": [1]}}, "wrong_type"),
        ({"meta": {"id": True}}, "wrong_type"),
        ({"meta": {"id": ""}}, "wrong_type"),
    ]:
        assert reasons(decode(used, payload, topic="all/sunrise")) == [reason]
    assert reasons(decode(used, {"meta": {"id": "d1"}}, topic="all/lake")) == ["device_mismatch"]


def test_endless_topics_cost_no_endless_memory_and_forget_no_device() -> None:
    used = decoder(THING, limits=DecodeLimits(cached_topics=100))
    decode(used, {})
    for i in range(1000):
        decode(used, {}, topic=f"v1/sunrise/x/{i}/telemetry")
        decode(used, {}, topic=f"made/up/{i}")
    assert len(used._others) <= 100
    assert set(used._owned) == {TOPIC}


def test_wildcard_levels_are_not_a_devices_own_topics() -> None:
    used = decoder(profile(number("v"), listen=[Listen(template="+/{device}")]), limits=DecodeLimits(cached_topics=10))
    for i in range(100):
        assert only_reading(used.decode(f"{i}/d1", b"{}", NOW, 0)).device == "d1"
    assert len(used._owned) + len(used._others) <= 10
