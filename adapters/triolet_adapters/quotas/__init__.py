"""Limits that several processes share, kept in Redis or Valkey."""

from triolet_adapters.quotas._quota import RedisQuota as RedisQuota
from triolet_adapters.quotas._store import SharedStore as SharedStore
from triolet_adapters.quotas._store import open_shared_store as open_shared_store
