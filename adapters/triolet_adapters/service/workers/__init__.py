"""Several processes of the service on one port."""

from triolet_adapters.service.workers._supervisor import supervise as supervise
