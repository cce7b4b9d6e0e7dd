"""Several providers as one voice."""

from triolet.failover._failover import Failover as Failover
from triolet.failover._health import FailoverOptions as FailoverOptions
from triolet.failover._providers import FailoverStatistics as FailoverStatistics
from triolet.failover._providers import ProviderStatistics as ProviderStatistics
