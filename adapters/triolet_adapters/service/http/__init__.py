"""What the service answers over HTTP."""

from triolet_adapters.service.http._errors import answer as answer
from triolet_adapters.service.http._errors import refuse as refuse
from triolet_adapters.service.http._errors import refuse_fault as refuse_fault
from triolet_adapters.service.http._errors import refuse_route as refuse_route
from triolet_adapters.service.http._health import Health as Health
from triolet_adapters.service.http._metrics import Metrics as Metrics
from triolet_adapters.service.http._openapi import OpenAPI as OpenAPI
from triolet_adapters.service.http._speech import Speech as Speech
from triolet_adapters.service.http._voices import Voices as Voices
