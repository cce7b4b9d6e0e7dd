"""Speech for programs without an event loop: scripts, notebooks, threads."""

from triolet.blocking._speaker import Speaker as Speaker
