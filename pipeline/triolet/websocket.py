"""One hardened WebSocket connection, for voices of your own whose service speaks over one; and its parts, for a server of your own.

Needs trio-websocket, which is installed with Triolet and loaded with this module only.
"""

from triolet.tts._dial import Dial as Dial
from triolet.tts._dial import SocketStream as SocketStream
from triolet.tts._dial import dial_tcp as dial_tcp
from triolet.tts._proxy import dialler as dialler
from triolet.tts._websocket import Headers as Headers
from triolet.tts._websocket import WebSocket as WebSocket
from triolet.tts._websocket import WebSocketOptions as WebSocketOptions
from triolet.tts._websocket import no_headers as no_headers
from triolet.tts._websocket import open_websocket as open_websocket
from triolet.tts._websocket_failures import Address as Address
from triolet.tts._websocket_frames import FrameReader as FrameReader
from triolet.tts._websocket_frames import Happening as Happening
from triolet.tts._websocket_frames import NoFrames as NoFrames
from triolet.tts._websocket_frames import PeerClosed as PeerClosed
from triolet.tts._websocket_frames import TooLong as TooLong
