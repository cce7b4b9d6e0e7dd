"""A listener in a web browser: `BrowserOutput` on the server, `triolet-player.js` in the page."""

from triolet_adapters.outputs.browser._output import PLAYER as PLAYER
from triolet_adapters.outputs.browser._output import BrowserOutput as BrowserOutput
from triolet_adapters.outputs.browser._output import Page as Page
