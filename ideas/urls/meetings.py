"""Pages of meetings over a shortlist: the plan, the live room and its presses, the minutes."""

from django.urls import URLPattern, path

from ideas.pages import meeting_room, meetings

pages: dict[str, list[URLPattern]] = {
    "meetings": [
        path("shortlists/<int:pk>/meetings/new/", meetings.new, name="new"),
        path("meetings/<int:pk>/", meetings.detail, name="detail"),
        path("meetings/<int:pk>/edit/", meetings.edit, name="edit"),
        path("meetings/<int:pk>/begin/", meetings.begin, name="begin"),
        path("meetings/<int:pk>/add/", meetings.add, name="add"),
        path("meetings/<int:pk>/turn/", meeting_room.turn, name="turn"),
        path("meetings/<int:pk>/reveal/", meeting_room.reveal, name="reveal"),
        path("meetings/<int:pk>/timer/", meeting_room.timer, name="timer"),
        path("meetings/<int:pk>/note/", meeting_room.note, name="note"),
        path("meetings/<int:pk>/pass/", meeting_room.hand_on, name="pass_on"),
        path("meetings/<int:pk>/take/", meeting_room.take, name="take"),
        path("meetings/<int:pk>/end/", meeting_room.end, name="end"),
        path("meetings/<int:pk>/minutes/", meetings.minutes, name="minutes"),
        path("meetings/<int:pk>/minutes.docx", meetings.minutes_file, name="minutes_file"),
        path("meeting-items/<int:pk>/mark/", meeting_room.mark, name="mark"),
        path("meeting-items/<int:pk>/decide/", meeting_room.decide, name="decide"),
        path("meeting-items/<int:pk>/move/", meetings.move, name="move"),
        path("meeting-items/<int:pk>/drop/", meetings.drop, name="drop"),
    ],
}
