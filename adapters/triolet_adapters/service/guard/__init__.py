"""Who may use the service, and how much of it."""

from triolet_adapters.service.guard._guard import Admission as Admission
from triolet_adapters.service.guard._guard import Guard as Guard
from triolet_adapters.service.guard._keys import Keys as Keys
from triolet_adapters.service.guard._keys import new_key as new_key
from triolet_adapters.service.guard._limits import Caps as Caps
from triolet_adapters.service.guard._limits import Counters as Counters
from triolet_adapters.service.guard._limits import LocalCounters as LocalCounters
from triolet_adapters.service.guard._limits import SharedCounters as SharedCounters
from triolet_adapters.service.guard._refused import Refused as Refused
