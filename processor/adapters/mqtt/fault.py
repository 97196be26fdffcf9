"""Why there is no connection, in words that an operator can act on."""

import socket
import ssl
from enum import StrEnum

import msgspec

from processor.adapters.mqtt.settings import Version
from processor.model.text import Text


class FaultKind(StrEnum):
    """The kinds of trouble with a broker; stable, for health and `doctor`."""

    REFUSED = "refused"  # nothing listens there
    HOST_UNKNOWN = "host_unknown"
    NO_ANSWER = "no_answer"
    NETWORK = "network"
    TLS = "tls"
    TLS_FILES = "tls_files"
    BAD_CREDENTIALS = "bad_credentials"
    NOT_AUTHORISED = "not_authorised"
    CLIENT_ID = "client_id"
    VERSION = "version"
    BROKER_BUSY = "broker_busy"
    TAKEN_OVER = "taken_over"
    LOST = "lost"
    PROTOCOL = "protocol"
    FILTER_REFUSED = "filter_refused"


_WORDS: dict[FaultKind, Text] = {
    FaultKind.REFUSED: Text(
        zh="没有程序在该地址端口监听：请检查 MQTT 服务器是否运行、端口是否正确",
        en="nothing listens at this address and port: is the broker running, is the port right?",
    ),
    FaultKind.HOST_UNKNOWN: Text(
        zh="无法解析主机名：请检查 host 设置与 DNS", en="the host name is unknown: check the host setting and DNS"
    ),
    FaultKind.NO_ANSWER: Text(
        zh="服务器没有应答：请检查网络与防火墙；若端口是 TLS 端口，请配置 tls",
        en="no answer: check the network and the firewall; if this is a TLS port, configure tls",
    ),
    FaultKind.NETWORK: Text(zh="网络错误", en="network error"),
    FaultKind.TLS: Text(
        zh="TLS 握手失败：请检查 CA、客户端证书和服务器名",
        en="the TLS handshake failed: check the CA, the client certificate and the server name",
    ),
    FaultKind.TLS_FILES: Text(
        zh="无法读取 TLS 证书文件：请检查路径与权限", en="cannot read a TLS file: check its path and permissions"
    ),
    FaultKind.BAD_CREDENTIALS: Text(
        zh="用户名或密码错误：请检查 broker 的 username 与密码",
        en="wrong user name or password: check the broker's username and password settings",
    ),
    FaultKind.NOT_AUTHORISED: Text(
        zh="服务器拒绝该用户：请检查用户名、密码与服务器权限",
        en="the broker does not authorise us: check user name, password and the broker's access rules",
    ),
    FaultKind.CLIENT_ID: Text(
        zh="服务器不接受该 client_id：请更换", en="the broker does not accept this client_id: choose another"
    ),
    FaultKind.VERSION: Text(
        zh="服务器不支持该 MQTT 版本：请将 version 改为 3.1.1 或 5",
        en="the broker does not speak this MQTT version: set version to 3.1.1 or 5",
    ),
    FaultKind.BROKER_BUSY: Text(zh="服务器暂时不可用", en="the broker is unavailable for now"),
    FaultKind.TAKEN_OVER: Text(
        zh="另一个客户端使用了相同的 client_id：请只运行一个实例或更换 client_id",
        en="another client connected with the same client_id: run one instance only, or change the client_id",
    ),
    FaultKind.LOST: Text(
        zh="连接中断；若反复如此，请检查：是否有另一个客户端使用相同的 client_id？端口是否要求 TLS？",
        en="the connection was lost; if it never lasts: does another client use the same client_id, "
        "does the port expect TLS?",
    ),
    FaultKind.PROTOCOL: Text(zh="服务器发来的数据不符合 MQTT 协议", en="the broker sent what MQTT does not allow"),
    FaultKind.FILTER_REFUSED: Text(
        zh="服务器拒绝订阅：请检查服务器的访问权限", en="the broker refused a subscription: check its access rules"
    ),
}

# Only a person can mend these: trying fast would only fill the broker's log (or fight another instance).
_SLOW = {
    FaultKind.BAD_CREDENTIALS,
    FaultKind.NOT_AUTHORISED,
    FaultKind.CLIENT_ID,
    FaultKind.VERSION,
    FaultKind.TAKEN_OVER,
    FaultKind.TLS_FILES,
    FaultKind.TLS,
}

_V311_CODES = {
    1: FaultKind.VERSION,
    2: FaultKind.CLIENT_ID,
    3: FaultKind.BROKER_BUSY,
    4: FaultKind.BAD_CREDENTIALS,
    5: FaultKind.NOT_AUTHORISED,
}
_V5_CODES = {
    0x01: FaultKind.VERSION,  # a broker that only knows 3.1.1 answers so
    0x84: FaultKind.VERSION,
    0x85: FaultKind.CLIENT_ID,
    0x86: FaultKind.BAD_CREDENTIALS,
    0x87: FaultKind.NOT_AUTHORISED,
    0x88: FaultKind.BROKER_BUSY,
    0x89: FaultKind.BROKER_BUSY,
    0x8A: FaultKind.NOT_AUTHORISED,
    0x8B: FaultKind.BROKER_BUSY,
    0x8E: FaultKind.TAKEN_OVER,
    0x97: FaultKind.BROKER_BUSY,
    0x9F: FaultKind.BROKER_BUSY,
}


class Fault(msgspec.Struct, frozen=True):
    """One trouble: its kind and what the other side or the machine said about it."""

    kind: FaultKind
    detail: str = ""

    @property
    def slow(self) -> bool:
        """Whether to try again slowly, because only a person can mend it."""
        return self.kind in _SLOW

    def text(self, where: str = "") -> Text:
        """Plain words in both languages, such as "mqtt.local:1883: wrong user name or password: check …"."""
        words = _WORDS[self.kind]
        head = f"{where}: " if where else ""
        tail = f" ({self.detail})" if self.detail else ""
        return Text(zh=f"{head}{words.zh}{tail}", en=f"{head}{words.en}{tail}")


class ConnectionFailed(Exception):  # noqa: N818 - carries a Fault inside the adapter; never leaves it
    """Ends an attempt to connect."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


def fault_of_error(error: BaseException) -> Fault:
    """The fault behind an exception of the socket or of TLS."""
    kinds: tuple[tuple[type[BaseException], FaultKind], ...] = (
        (ssl.SSLError, FaultKind.TLS),  # before OSError, whose child it is
        (socket.gaierror, FaultKind.HOST_UNKNOWN),
        (ConnectionRefusedError, FaultKind.REFUSED),
        (TimeoutError, FaultKind.NO_ANSWER),
        (ConnectionResetError, FaultKind.LOST),
        (BrokenPipeError, FaultKind.LOST),
    )
    kind = next((kind for cls, kind in kinds if isinstance(error, cls)), FaultKind.NETWORK)
    return Fault(kind, str(error))


def fault_of_code(code: int, version: Version) -> Fault:
    """The fault behind a CONNACK or DISCONNECT reason code."""
    codes = _V5_CODES if version is Version.V5 else _V311_CODES
    return Fault(codes.get(code, FaultKind.LOST), f"code 0x{code:02x}")
