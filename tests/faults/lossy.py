"""A layer as bad as layers can be."""

import os
import random
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer


class LossyLayer(RedisPubSubChannelLayer):
    """Loses a share of what is sent to groups, without a word."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if random.random() >= float(os.environ["LOSE"]):
            await self._get_layer().group_send(group, message)
