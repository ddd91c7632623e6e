"""The test site's pages: write to the log, sign in and out, gain and lose rights.

Topics: `public.*` for all, `members.*` for whoever is signed in, `group.NAME…` for the members of a group.
"""

from collections.abc import Sequence

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

import realtime
from realtime import log


def followable(member: User | AnonymousUser, topics: Sequence[str]) -> set[str]:
    groups = set(Group.objects.filter(user=member).values_list("name", flat=True)) if member.pk else set()
    kinds = {"public"} | ({"members"} if member.is_authenticated else set())
    return {one for one in topics if one.split(".")[0] in kinds or _group(one) in groups}


def _group(topic: str) -> str:
    return topic.split(".")[1] if topic.startswith("group.") else ""


def member_of_token(token: str) -> User | None:
    return User.objects.filter(is_active=True, username=token.removeprefix("token-of-")).first()


def append(request: HttpRequest) -> JsonResponse:
    """Write `n` changes of `size` characters to a topic; `fail` rolls back after that."""
    topic, size, name = request.GET["topic"], int(request.GET.get("size", 1)), request.GET.get("name", "")
    try:
        with transaction.atomic():
            entries = [(topic, "thing.posted", {"name": name, "body": "x" * size})] * int(request.GET.get("n", 1))
            changes = log.append_many(entries)
            if "fail" in request.GET:
                raise InterruptedError
    except InterruptedError:
        return JsonResponse({"seqs": []})
    return JsonResponse({"seqs": [change.seq for change in changes]})


def position(request: HttpRequest) -> JsonResponse:
    return JsonResponse(log.position(request.GET["topic"])._asdict())


def sign_in(request: HttpRequest) -> JsonResponse:
    member, _ = User.objects.get_or_create(username=request.GET["name"])
    for name in request.GET.getlist("group"):
        member.groups.add(Group.objects.get_or_create(name=name)[0])
    auth.login(request, member, "django.contrib.auth.backends.ModelBackend")
    return JsonResponse({"id": member.pk, "cookie": f"sessionid={request.session.session_key}"})


def sign_out(request: HttpRequest) -> JsonResponse:
    with transaction.atomic():
        member_id = request.user.pk
        auth.logout(request)
        realtime.revoke(member_id)
    return JsonResponse({})


def lose(request: HttpRequest) -> JsonResponse:
    """Take something from a member; `quietly` without telling; then append, so that a leak would show."""
    member = User.objects.get(username=request.GET["name"])
    with transaction.atomic():
        match request.GET["what"]:
            case "group":
                member.groups.clear()
            case "account":
                User.objects.filter(pk=member.pk).update(is_active=False)
            case "password":
                member.set_password("another")
                member.save()
        if "topic" in request.GET and "everyone" in request.GET:
            realtime.revoke_topic(request.GET["topic"])
        elif "quietly" not in request.GET:
            realtime.revoke(member.pk)
    if "topic" in request.GET:
        with transaction.atomic():
            log.append(request.GET["topic"], "thing.posted", {"name": "secret"})
    return JsonResponse({})


def page(request: HttpRequest) -> HttpResponse:
    """Show one topic: its past as the server renders it, then live."""
    name = request.GET["topic"]
    here = log.position(name)
    items = "".join(f"<li>{row.seq}</li>" for row in log.read_after(name, 0, limit=10_000))
    answer = HttpResponse(
        f"""<!doctype html><title>Live</title><ol id=list>{items}</ol><textarea id=draft></textarea>
        <script type=module src=/follow.js data-topic="{name}" data-after={here.head} data-epoch="{here.epoch}"
        id=script></script>"""
    )
    answer["Content-Security-Policy"] = "default-src 'self'"
    return answer


def follow_js(request: HttpRequest) -> HttpResponse:
    """The page's own script: the smallest use of live.js."""
    code = """
    import { follow, status } from "/static/realtime/live.js";
    const { topic, after, epoch } = document.getElementById("script").dataset;
    window.states = [];
    for (const state of ["online", "resuming", "offline", "signed_out"])
      status.addEventListener(state, () => window.states.push(state));
    window.revoked = [];
    follow(topic, { after, epoch }, (change) => {
      const item = document.createElement("li");
      item.textContent = change.seq;
      document.getElementById("list").append(item);
    }, { onRevoked: (name) => window.revoked.push(name) });
    window.followMore = (name) =>
      follow(name, { after: 0, epoch }, () => {}, { onRevoked: (name) => window.revoked.push(name) });
    """
    return HttpResponse(code, content_type="text/javascript")


urlpatterns = [
    path("append", append),
    path("position", position),
    path("sign_in", sign_in),
    path("sign_out", sign_out),
    path("lose", lose),
    path("page", page),
    path("follow.js", follow_js),
]
