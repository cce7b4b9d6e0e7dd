"""Where tokens come from: a chat model behind an OpenAI-compatible API, one on this machine, or a recording."""

from triolet_adapters.sources._chat import BASE_URLS as BASE_URLS
from triolet_adapters.sources._chat import MissingKey as MissingKey
from triolet_adapters.sources._chat import OpenAIChat as OpenAIChat
from triolet_adapters.sources._completion import ToolCall as ToolCall
from triolet_adapters.sources._errors import ChatAuthenticationFailed as ChatAuthenticationFailed
from triolet_adapters.sources._errors import ChatConnectionFailed as ChatConnectionFailed
from triolet_adapters.sources._errors import ChatConnectionLost as ChatConnectionLost
from triolet_adapters.sources._errors import ChatDeadlineExpired as ChatDeadlineExpired
from triolet_adapters.sources._errors import ChatError as ChatError
from triolet_adapters.sources._errors import ChatProtocolViolation as ChatProtocolViolation
from triolet_adapters.sources._errors import ChatRateLimited as ChatRateLimited
from triolet_adapters.sources._errors import ChatServiceError as ChatServiceError
from triolet_adapters.sources._local_llm import LocalLLM as LocalLLM
from triolet_adapters.sources._local_llm import LocalLLMFailed as LocalLLMFailed
from triolet_adapters.sources._replay import Recorder as Recorder
from triolet_adapters.sources._replay import Replay as Replay
from triolet_adapters.sources._replay import TimedToken as TimedToken
from triolet_adapters.sources._stream import ChatStream as ChatStream
from triolet_adapters.sources._tokens import split_tokens as split_tokens
