"""What the service writes about itself."""

from triolet_adapters.service.logs._setup import set_up_logs as set_up_logs
from triolet_adapters.service.logs._turns import log_cut_off as log_cut_off
from triolet_adapters.service.logs._turns import log_draining as log_draining
from triolet_adapters.service.logs._turns import log_refusal as log_refusal
from triolet_adapters.service.logs._turns import turn_logs as turn_logs
