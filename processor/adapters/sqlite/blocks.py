"""A block as bytes: MessagePack, compressed; and which devices it speaks of, as a small filter."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from zlib import crc32

import msgspec
import zstandard

from processor.model.inputs import Input
from processor.model.reading import Reading
from processor.model.time import EpochMs
from processor.ports.journal import JournalBroken

BLOCK_LIMIT_BYTES: Final = 512 * 1024 * 1024  # a damaged length must not make a reader ask for all memory
LEVEL: Final = 1  # measured: 3 costs a third more and saves nothing on batches of readings


class Packed(NamedTuple):
    """What a journal row holds of a batch. `first_at` and `last_at` are None where no reading is in it."""

    block: bytes
    devices: bytes
    readings: int
    first_at: EpochMs | None
    last_at: EpochMs | None


def device_filter(devices: Iterable[str]) -> bytes:
    """Two bytes per device. 2,000 devices let 3 in 100 others through, which costs reading a block for nothing."""
    return array("H", [crc32(device.encode()) & 0xFFFF for device in devices]).tobytes()


def filter_word(device: str) -> int:
    """What a device is in a filter."""
    return crc32(device.encode()) & 0xFFFF


def may_speak_of(word: int, devices: bytes) -> bool:
    """False where the block surely has no reading of the device that is `word`."""
    words = array("H")
    words.frombytes(devices)
    return word in words


class Packer:
    """Makes rows of batches. One thread at a time."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)

    def pack(self, inputs: Sequence[Input]) -> Packed:
        readings = [each for each in inputs if type(each) is Reading]
        block = self._compressor.compress(self._encoder.encode(inputs))
        if not readings:
            return Packed(block, b"", 0, None, None)
        moments = [reading.at for reading in readings]
        devices = device_filter({reading.device for reading in readings})
        return Packed(block, devices, len(readings), min(moments), max(moments))


class Unpacker:
    """Reads rows back. One thread at a time."""

    def __init__(self) -> None:
        self._decoder = msgspec.msgpack.Decoder(list[Input])
        self._decompressor = zstandard.ZstdDecompressor()

    def unpack(self, offset: int, block: bytes) -> list[Input]:
        """The inputs of the block at `offset`; JournalBroken where it cannot be read."""
        try:
            return self._decoder.decode(expand(block, self._decompressor))
        except (zstandard.ZstdError, msgspec.MsgspecError, ValueError) as error:
            raise JournalBroken(f"block {offset} of the journal cannot be read ({error}); restore a backup") from error


def shrink(data: bytes) -> bytes:
    """`data` compressed, its length inside."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(data)


def expand(data: bytes, decompressor: zstandard.ZstdDecompressor | None = None) -> bytes:
    """What `shrink` was given. ValueError for a length no store of ours has."""
    size = zstandard.frame_content_size(data)
    if not 0 <= size <= BLOCK_LIMIT_BYTES:
        raise ValueError(f"impossible length {size}")
    return (decompressor or zstandard.ZstdDecompressor()).decompress(data, max_output_size=max(size, 1))
