"""What listens to the user: detectors of voices."""

from triolet_adapters.listening.silero import SileroVAD as SileroVAD
