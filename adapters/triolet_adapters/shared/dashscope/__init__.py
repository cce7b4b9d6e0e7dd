"""What every protocol of Alibaba's Model Studio (DashScope) has in common: hosts, the key, billing, and codes of errors."""

from triolet_adapters.shared.dashscope._billing import billed_characters as billed_characters
from triolet_adapters.shared.dashscope._billing import parted as parted
from triolet_adapters.shared.dashscope._errors import service_error as service_error
from triolet_adapters.shared.dashscope._hosts import KEY_VARIABLE as KEY_VARIABLE
from triolet_adapters.shared.dashscope._hosts import REGIONS as REGIONS
from triolet_adapters.shared.dashscope._hosts import VENDOR as VENDOR
from triolet_adapters.shared.dashscope._hosts import host_of as host_of
