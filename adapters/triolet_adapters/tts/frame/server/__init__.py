"""What all local servers have in common: the door, the connection, the encoders, delays and faults."""

from triolet_adapters.tts.frame.server._connection import ClientLeft as ClientLeft
from triolet_adapters.tts.frame.server._connection import Connection as Connection
from triolet_adapters.tts.frame.server._door import Refusal as Refusal
from triolet_adapters.tts.frame.server._door import is_allowed_host as is_allowed_host
from triolet_adapters.tts.frame.server._door import is_allowed_origin as is_allowed_origin
from triolet_adapters.tts.frame.server._door import queried as queried
from triolet_adapters.tts.frame.server._door import without_port as without_port
from triolet_adapters.tts.frame.server._encoders import Encoder as Encoder
from triolet_adapters.tts.frame.server._encoders import can_resample as can_resample
from triolet_adapters.tts.frame.server._encoders import encoder_for as encoder_for
from triolet_adapters.tts.frame.server._encoders import wav_header as wav_header
from triolet_adapters.tts.frame.server._exchange import Exchange as Exchange
from triolet_adapters.tts.frame.server._exchange import Faulty as Faulty
from triolet_adapters.tts.frame.server._exchange import Refused as Refused
from triolet_adapters.tts.frame.server._options import LocalServerOptions as LocalServerOptions
from triolet_adapters.tts.frame.server._request import Request as Request
from triolet_adapters.tts.frame.server._saying import Saying as Saying
from triolet_adapters.tts.frame.server._server import LocalServer as LocalServer
from triolet_adapters.tts.frame.server._server import Voice as Voice
from triolet_adapters.tts.frame.server._site import Site as Site
