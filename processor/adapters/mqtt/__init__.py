"""The MQTT broker: one connection that receives, one that sends."""

from processor.adapters.mqtt.fault import Fault, FaultKind
from processor.adapters.mqtt.ingest import MqttIngest
from processor.adapters.mqtt.publisher import MqttPublisher
from processor.adapters.mqtt.settings import BrokerSettings, Retry, TlsSettings, Version

__all__ = [
    "BrokerSettings",
    "Fault",
    "FaultKind",
    "MqttIngest",
    "MqttPublisher",
    "Retry",
    "TlsSettings",
    "Version",
]
