"""Live delivery of committed changes over one socket a tab; knows nothing of what the changes mean."""


def revoke(member_id: object) -> None:
    """Check at once what this member's sockets may still follow.

    Call it last in the transaction that signs a member out, changes the
    password, deactivates the account or takes a right away. Every change
    committed later is withheld until the check has passed; sockets that lost
    their session are closed, lost topics are told `revoked`.
    """
    from realtime import log

    log.append(log.CONTROL, "member", {"id": str(member_id)})


def revoke_topic(topic: str) -> None:
    """Check at once who may still follow this topic, after its visibility changed.

    Same promise and same place in the transaction as `revoke`.
    """
    from realtime import log

    log.append(log.CONTROL, "topic", {"id": topic})
