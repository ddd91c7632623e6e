"""What a process remembers of a topic."""

from realtime.frames import Frame
from realtime.rooms import Room


def test_a_room_that_forgets_sends_who_comes_back_to_the_log() -> None:
    room = Room("a", 0)
    for seq in (1, 2):
        room.keep(Frame({"type": "change", "topic": "a"}, seq))
    kept = [frame.seq for frame in room.after(0)]

    room.forget()

    assert kept == [1, 2]
    assert room.after(0) == []
    assert room.head == 2
