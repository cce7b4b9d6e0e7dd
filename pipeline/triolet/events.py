"""The events of a turn. Pass an observer to `Pipeline.run(observer=)` or `Conversation.say(observer=)` to receive them.

All times are seconds on Trio's clock (`trio.current_time()`). A stage of your own records an event with
`turn.timeline.record(...)`.
"""

from triolet._model._model_talk import RemovedTalk as RemovedTalk
from triolet._model._model_talk import TalkKind as TalkKind
from triolet.alignment._voicing import Voiced as Voiced
from triolet.turn._events import ClauseCut as ClauseCut
from triolet.turn._events import CommitLost as CommitLost
from triolet.turn._events import Event as Event
from triolet.turn._events import FillerSaid as FillerSaid
from triolet.turn._events import FirstAudible as FirstAudible
from triolet.turn._events import FirstAudio as FirstAudio
from triolet.turn._events import FirstToken as FirstToken
from triolet.turn._events import ModelTalkRemoved as ModelTalkRemoved
from triolet.turn._events import OutputOpened as OutputOpened
from triolet.turn._events import PhraseCommitted as PhraseCommitted
from triolet.turn._events import PhraseComplete as PhraseComplete
from triolet.turn._events import PhraseFailed as PhraseFailed
from triolet.turn._events import PhraseGrew as PhraseGrew
from triolet.turn._events import PhraseHeard as PhraseHeard
from triolet.turn._events import PhraseHedged as PhraseHedged
from triolet.turn._events import PhrasePlaying as PhrasePlaying
from triolet.turn._events import PhraseReady as PhraseReady
from triolet.turn._events import PhraseResumed as PhraseResumed
from triolet.turn._events import SoundPlaced as SoundPlaced
from triolet.turn._events import SourceEnded as SourceEnded
from triolet.turn._events import TextLeft as TextLeft
from triolet.turn._events import TurnEnded as TurnEnded
from triolet.turn._events import TurnStarted as TurnStarted
from triolet.turn._events import Underrun as Underrun
from triolet.turn._events import VoicePaused as VoicePaused
from triolet.turn._events import WordsTimed as WordsTimed
from triolet.turn._timeline import Timeline as Timeline
