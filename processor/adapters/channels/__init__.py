"""Ways to tell people."""

from processor.adapters.channels.console import ConsoleChannel
from processor.adapters.channels.webhook import WebhookChannel, WebhookSettings

__all__ = ["ConsoleChannel", "WebhookChannel", "WebhookSettings"]
