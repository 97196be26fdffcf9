"""How much of a message the decoder is willing to look at."""

import msgspec


class DecodeLimits(msgspec.Struct, frozen=True):
    """Bounds on what one message, and all messages together, may cost."""

    payload_bytes: int = 256 * 1024
    kept_bytes: int = 4 * 1024  # of a payload that is too large, for a person to recognise it by
    depth: int = 32
    parts: int = 1_000
    topic_chars: int = 1_024
    cached_topics: int = 65_536  # topics that are not one known device's own; a hostile client can make up endless ones
    text_chars: int = 1_024
    detail_chars: int = 500
