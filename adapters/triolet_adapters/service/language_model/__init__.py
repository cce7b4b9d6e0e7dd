"""What answers questions on the page and over `ask`."""

from triolet_adapters.service.language_model._language_model import ServedModel as ServedModel
