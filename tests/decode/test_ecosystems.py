"""True payloads of public ecosystems, decoded by configuration alone.

Where they come from is said at each; ids and addresses of persons are changed or left out.
"""

from datetime import datetime
from typing import Any

import pytest

from processor.decode.compose import compose
from processor.decode.decoder import Decoder
from processor.model.device import Device
from processor.model.inputs import CommandReply
from processor.model.reading import Flag, Reading
from tests.decode.making import NOW, reasons, shipped, values

# The Sonoff plug of a public Tasmota archive's tests ("tele/sonoff_desk/SENSOR"), and the layout of
# https://tasmota.github.io/docs/MQTT/ for STATE and RESULT.
TASMOTA_ENERGY = (
    b'{"Time":"2023-05-19T20:52:56","ENERGY":{"TotalStartTime":"2022-03-20T15:20:48","Total":514.153,"Yesterday":1.495,'
    b'"Today":0.537,"Period":0,"Power":56,"ApparentPower":92,"ReactivePower":73,"Factor":0.61,"Voltage":234,'
    b'"Current":0.392}}'
)
TASMOTA_STATE = (
    b'{"Time":"2022-01-19T23:59:26","Uptime":"0T03:25:09","UptimeSec":12309,"Heap":23,"SleepMode":"Dynamic","Sleep":50,'
    b'"LoadAvg":19,"MqttCount":1,"POWER":"OFF","Wifi":{"AP":1,"SSId":"net","BSSId":"30:23:03:00:00:00","Channel":1,'
    b'"Mode":"11n","RSSI":54,"Signal":-73,"LinkCount":1,"Downtime":"0T00:00:05"}}'
)
# https://tasmota.github.io/docs/DS18x20/ and https://tasmota.github.io/docs/AM2301/ ; the second probe has failed.
TASMOTA_PROBE = b'{"Time":"2025-05-13T09:50:50","DS18B20":{"Id":"0000005CBBBA","Temperature":19.9},"TempUnit":"C"}'
TASMOTA_AIR = (
    b'{"Time":"2024-10-10T10:03:32","DS18B20":{"Id":"0313949744B2","Temperature":null},'
    b'"AM2301":{"Temperature":22.4,"Humidity":51.3,"DewPoint":11.9},"TempUnit":"C"}'
)
# A MQTT message of an Aqara SJCGQ11LM behind Zigbee2MQTT (https://www.zigbee2mqtt.io/devices/SJCGQ11LM.html).
ZIGBEE = (
    b'{"battery":100,"voltage":3055,"linkquality":94,"last_seen":1588074240833,"water_leak":false,"elapsed":3006136}'
)
ZIGBEE_WET = b'{"battery_low":false,"water_leak":true,"tamper":false}'
# Shelly Plus Plug (https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Switch, "Status").
SHELLY = (
    b'{"id":0, "source":"WS_in", "output":true, "apower":10.7, "voltage":120.7, "current":0.133, '
    b'"aenergy":{"total":46791.262,"by_minute":[73.921,177.749,177.749],"minute_ts":1682952864},'
    b'"temperature":{"tC":47.9, "tF":118.3}}'
)
SHELLY_ANSWER = b'{"id":"c-7","src":"shellyplugus-083af2018c80","dst":"wardwatch-shelly","result":{"was_on":true}}'
SHELLY_ERROR = (
    b'{"id":"c-7","src":"shellyplugus-083af2018c80","dst":"x","error":{"code":-103,"message":"Invalid argument"}}'
)
# https://www.chirpstack.io/docs/chirpstack/integrations/events.html ("up"), with the object that the codec of
# https://github.com/Milesight-IoT/SensorDecoders (em-series/em300-sld, README "Example") makes.
CHIRPSTACK = (
    b'{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2022-07-18T09:34:15.775023242+00:00",'
    b'"deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"ChirpStack","applicationId":'
    b'"17c82e96-be03-4f38-aef3-f83d48582d97","applicationName":"Test application","deviceProfileId":'
    b'"14855bf7-d10d-4aee-b618-ebfcb64dc7ad","deviceProfileName":"Test device-profile","deviceName":"Test device",'
    b'"devEui":"0101010101010101","tags":{"key":"value"}},"devAddr":"00189440","dr":1,"fPort":1,"data":"qg==",%s'
    b'"rxInfo":[{"gatewayId":"0016c001f153a14c","uplinkId":4217106255,"rssi":-36,"snr":10.5,"context":"E3OWOQ==",'
    b'"metadata":{"region_name":"eu868","region_common_name":"EU868"}}],"txInfo":{"frequency":867100000,"modulation":'
    b'{"lora":{"bandwidth":125000,"spreadingFactor":11,"codeRate":"CR_4_5"}}}}'
)
LEAK_OBJECT = b'"object":{"battery":92,"temperature":30.8,"humidity":50.5,"leakage_status":"normal"},'
HISTORY_OBJECT = (
    b'"object":{"history":[{"temperature":27.2,"humidity":46.5,"leakage_status":"leak","timestamp":1665561758}]},'
)

UP = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0101010101010101/event/up"
DEVICES = (
    Device("plug", "tasmota_energy", "sunrise", wire="sonoff_desk"),
    Device("climate", "tasmota_sensor", "sunrise", wire="tasmota_F74C1D"),
    Device("leak", "zigbee2mqtt_leak", "sunrise", wire="xiaomi_aqara_water_1"),
    Device("shelly", "shelly_gen2_switch", "sunrise", wire="shellyplugus-083af2018c80"),
    Device("lora", "chirpstack_uplink", "sunrise", wire="0101010101010101"),
)


def ms(iso: str) -> int:
    return round(datetime.fromisoformat(iso).timestamp() * 1000)


@pytest.fixture(scope="module")
def used() -> Decoder:
    return Decoder(shipped(*DEVICES))


@pytest.mark.parametrize(
    ("topic", "payload", "device", "at", "found"),
    [
        (
            "tele/sonoff_desk/SENSOR",
            TASMOTA_ENERGY,
            "plug",
            "2023-05-19T20:52:56+08:00",  # local time, in the zone the profile names
            {
                "power": 56.0,
                "apparent_power": 92.0,
                "reactive_power": 73.0,
                "power_factor": 0.61,
                "voltage": 234.0,
                "current": 0.392,
                "energy": 514.153,
            },
        ),
        ("tele/sonoff_desk/STATE", TASMOTA_STATE, "plug", "2022-01-19T23:59:26+08:00", {"relay": False}),
        ("stat/sonoff_desk/RESULT", b'{"POWER":"ON"}', "plug", None, {"relay": True}),
        (
            "tele/tasmota_F74C1D/SENSOR",
            TASMOTA_PROBE,
            "climate",
            "2025-05-13T09:50:50+08:00",
            {"probe_temperature": 19.9},
        ),
        (
            "tele/tasmota_F74C1D/SENSOR",
            TASMOTA_AIR,
            "climate",
            "2024-10-10T10:03:32+08:00",
            {"temperature": 22.4, "humidity": 51.3, "dew_point": 11.9},
        ),
        (
            "zigbee2mqtt/xiaomi_aqara_water_1",
            ZIGBEE,
            "leak",
            "2020-04-28T11:44:00.833+00:00",
            {"battery": 100.0, "voltage": 3.055, "linkquality": 94.0, "wet": False},
        ),
        (
            "zigbee2mqtt/xiaomi_aqara_water_1",
            ZIGBEE_WET,
            "leak",
            None,
            {"battery_low": False, "wet": True, "tamper": False},
        ),
        (
            "shellyplugus-083af2018c80/status/switch:0",
            SHELLY,
            "shelly",
            None,
            {
                "source": "WS_in",
                "output": True,
                "power": 10.7,
                "voltage": 120.7,
                "current": 0.133,
                "energy": 46.791262,
                "temperature": 47.9,
            },
        ),
        (
            UP,
            CHIRPSTACK % LEAK_OBJECT,
            "lora",
            "2022-07-18T09:34:15.775+00:00",
            {"battery": 92.0, "temperature": 30.8, "humidity": 50.5, "wet": False, "rssi": -36.0, "snr": 10.5},
        ),
        (UP, CHIRPSTACK % b"", "lora", "2022-07-18T09:34:15.775+00:00", {"rssi": -36.0, "snr": 10.5}),  # no codec
    ],
)
def test_a_true_payload_is_decoded(
    used: Decoder, topic: str, payload: bytes, *, device: str, at: str | None, found: dict[str, Any]
) -> None:
    arrived = NOW if at is None else ms(at) + 1500
    (reading,) = used.decode(topic, payload, arrived, 0)
    assert isinstance(reading, Reading), reading
    assert (reading.device, reading.values) == (device, found)
    assert reading.at == (NOW if at is None else ms(at))
    assert Flag(reading.flags) == (Flag.NO_DEVICE_TIME if at is None else Flag(0))


def test_stored_lorawan_samples_are_history_beside_the_uplink(used: Decoder) -> None:
    arrived = ms("2022-10-12T10:00:00+00:00")
    outcomes = used.decode(
        UP, (CHIRPSTACK % HISTORY_OBJECT).replace(b"2022-07-18T09:34:15", b"2022-10-12T10:00:00"), arrived, 0
    )
    assert (values(outcomes), reasons(outcomes)) == (
        [{"rssi": -36.0, "snr": 10.5}, {"past_wet": True, "past_temperature": 27.2}],
        [],
    )
    late = outcomes[1]
    assert isinstance(late, Reading)
    assert (late.at, Flag(late.flags)) == (1_665_561_758_000, Flag.HISTORY)


@pytest.mark.parametrize(("payload", "accepted"), [(SHELLY_ANSWER, True), (SHELLY_ERROR, False)])
def test_a_shelly_answers_by_naming_itself(used: Decoder, payload: bytes, accepted: bool) -> None:
    assert list(used.decode("wardwatch-shelly/rpc", payload, NOW, 0)) == [
        CommandReply("sunrise", "shelly", "c-7", accepted, NOW)
    ]


@pytest.mark.parametrize(
    ("device", "topic", "payload"),
    [
        (DEVICES[0], "cmnd/sonoff_desk/POWER", "OFF"),
        (
            DEVICES[3],
            "shellyplugus-083af2018c80/rpc",
            '{"id":"c-7","src":"wardwatch-shelly","method":"Switch.Set","params":{"id":0,"on":false}}',
        ),
    ],
)
def test_switching_off_is_said_in_the_devices_own_words(device: Device, topic: str, payload: str) -> None:
    profile = shipped().profiles[device.profile]
    assert compose(profile.commands["switch_off"], device, profile, "c-7") == (topic, payload)
