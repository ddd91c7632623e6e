"""Redis as cache, and this process's own memory while Redis is away: limits still count, and no request fails."""

from time import monotonic
from typing import Any, ClassVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

LOOK_AGAIN_SECONDS = 2
# A Redis that doesn't answer at once is no cache.
PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}


class SteadyCache(BaseCache):
    """Asks Redis; after a failure asks the process's memory, and Redis again some seconds later.

    What was counted on one side isn't known on the other: for these seconds a limit holds for each process alone.
    """

    # Django makes a cache object a request; the connections are the process's.
    _redis: ClassVar[dict[str, RedisCache]] = {}
    _away_until: ClassVar[float] = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        patient = {**params, "OPTIONS": {**PATIENCE, **params.get("OPTIONS", {})}}
        self._server = self._redis.setdefault(server, RedisCache(server, patient))
        self._memory = LocMemCache("steady", params)

    def _do(self, name: str, *arguments: Any, **options: Any) -> Any:
        from redis.exceptions import RedisError  # only where Redis is in use is its package there

        if monotonic() >= SteadyCache._away_until:
            try:
                return getattr(self._server, name)(*arguments, **options)
            except (RedisError, OSError):
                SteadyCache._away_until = monotonic() + LOOK_AGAIN_SECONDS
        return getattr(self._memory, name)(*arguments, **options)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._do("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._do("get", key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._do("set", key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._do("touch", key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._do("delete", key, version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._do("has_key", key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._do("incr", key, delta, version))

    def clear(self) -> None:
        self._do("clear")
