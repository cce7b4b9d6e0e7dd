"""The same conversations for a program that runs on asyncio. The names mean what they mean in `triolet`."""

from triolet.asyncio._barge_in import BargeIn as BargeIn
from triolet.asyncio._conversation import Conversation as Conversation
from triolet.asyncio._live_captions import LiveCaptions as LiveCaptions
from triolet.asyncio._pools import open_session_pools as open_session_pools
from triolet.asyncio._run import run as run
from triolet.asyncio._sink import Sink as Sink
