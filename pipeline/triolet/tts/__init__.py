"""The contract for voices, their rate limits, and their sessions. (`triolet.websocket` has the WebSocket for services.)"""

from triolet.tts._contract import TTS as TTS
from triolet.tts._contract import AudioCallback as AudioCallback
from triolet.tts._contract import Connect as Connect
from triolet.tts._contract import RateLimits as RateLimits
from triolet.tts._contract import TTSSession as TTSSession
from triolet.tts._contract import TTSStream as TTSStream
from triolet.tts._contract import Usage as Usage
from triolet.tts._session_pool import PoolOptions as PoolOptions
from triolet.tts._session_pool import PoolStatistics as PoolStatistics
from triolet.tts._session_pool import SessionPool as SessionPool
from triolet.tts._session_pools import SessionPools as SessionPools
from triolet.tts._session_pools import open_session_pools as open_session_pools
from triolet.tts._wrapped import WrappedTTS as WrappedTTS
