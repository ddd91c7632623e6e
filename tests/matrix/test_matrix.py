"""Every address × method × kind of viewer, for what is an author's alone: nobody else learns that it exists.

The routes come from the URL resolver; one that this table doesn't know fails the test, so that a new page can't be
forgotten here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from ideas.actions.decisions import stage_decision
from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.intake import keep_ideas
from ideas.actions.meeting_room import give_mark, write_note
from ideas.actions.members import invite_member
from ideas.actions.merging import propose_merge
from ideas.actions.plans import edit_milestone, make_plan
from ideas.choices import AffiliationRole, IdeaState, Visibility
from ideas.exchange.tables import Table
from ideas.models import (
    Annex,
    Comment,
    ConflictOfInterest,
    Idea,
    JoinRequest,
    Member,
    Milestone,
    Organisation,
    RoleSlot,
    Shortlist,
    ValueChain,
)
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_annex,
    make_attachment,
    make_call,
    make_comment,
    make_idea,
    make_join_request,
    make_meeting,
    make_member,
    make_organisation,
    make_review,
    make_round,
    make_shortlist,
    make_slot,
    make_step,
)

pytestmark = pytest.mark.django_db
VIEWERS = ("visitor", "outsider", "company", "administrator", "lead", "staff")
CANARY = "CANARY"
MEETING_ACTS = ("edit", "begin", "add", "turn", "reveal", "timer", "note", "take", "end", "minutes")
MEETING_PRESSES = ("begin", "turn", "mark", "reveal", "note", "take", "end")

# Addresses of the idea itself, or of what hangs on it: {} is filled from `Things`. They must answer as the unknown do.
OF_THE_IDEA = {
    "ideas:detail": "/ideas/{reference}/",
    "ideas:edit": "/ideas/{reference}/edit/",
    "ideas:preview": "/ideas/{reference}/preview/",
    "ideas:state": "/ideas/{reference}/state/",
    "ideas:renew": "/ideas/{reference}/renew/",
    "ideas:history": "/ideas/{reference}/history/",
    "merging:propose": "/ideas/{reference}/merge/",
    "merging:detail": "/merges/{merge}/",
    "merging:consent": "/merges/{merge}/consent/",
    "merging:end": "/merges/{merge}/end/",
    "versions:list": "/ideas/{reference}/versions/",
    "attachments:list": "/ideas/{reference}/attachments/",
    "attachments:add": "/ideas/{reference}/attachments/add/",
    "attachments:download": "/attachments/{attachment}/",
    "attachments:thumbnail": "/attachments/{attachment}/thumbnail/",
    "attachments:remove": "/attachments/{attachment}/remove/",
    "annexes:detail": "/ideas/{reference}/annex/",
    "annexes:edit": "/ideas/{reference}/annex/edit/",
    "comments:list": "/ideas/{reference}/comments/",
    "comments:post": "/ideas/{reference}/comments/post/",
    "comments:rooms": "/ideas/{reference}/comments/rooms/",
    "comments:edit": "/comments/{comment}/edit/",
    "comments:delete": "/comments/{comment}/delete/",
    "joining:ask": "/ideas/{reference}/join/",
    "joining:consortium": "/ideas/{reference}/consortium/",
    "joining:new_slot": "/ideas/{reference}/slots/new/",
    "joining:edit_slot": "/slots/{slot}/edit/",
    "joining:remove_slot": "/slots/{slot}/remove/",
    "joining:move_slot": "/slots/{slot}/move/",
    "joining:split_slot": "/slots/{slot}/split/",
    "joining:fill_slot": "/slots/{slot}/fill/",
    "joining:reopen_slot": "/slots/{slot}/reopen/",
    "joining:invite": "/ideas/{reference}/invite/",
    "joining:places": "/ideas/{reference}/places/",
    "partners:detail": "/ideas/{reference}/sheet/",
    "partners:sheet_file": "/ideas/{reference}/sheet.docx",
    "partners:edit": "/ideas/{reference}/sheet/{organisation}/",
    "partners:letter": "/ideas/{reference}/sheet/{organisation}/letter/",
    "partners:letter_file": "/ideas/{reference}/sheet/{organisation}/letter.docx",
    "partners:sign": "/join-requests/{request}/sign/",
    "api:idea-sheet": "/api/v1/ideas/{id}/sheet/",
    "api:idea-sheet-line": "/api/v1/ideas/{id}/sheet/{organisation}/",
    "api:join-request-sign": "/api/v1/join-requests/{request}/sign/",
    "suggestions:partners": "/ideas/{reference}/partners/",
    "suggestions:invite": "/slots/{slot}/suggestions/invite/",
    "suggestions:mark_partner": "/slots/{slot}/suggestions/mark/",
    "api:suggestion-partners": "/api/v1/ideas/{id}/partners/",
    "matching:calls": "/ideas/{reference}/calls/",
    "matching:aim": "/ideas/{reference}/calls/aim/",
    "papers:pitch": "/ideas/{reference}/pitch/",
    "papers:document": "/ideas/{reference}/pitch.docx",
    "papers:partner_search": "/ideas/{reference}/partner-search/",
    "papers:partner_search_file": "/ideas/{reference}/partner-search.txt",
    "shortlists:add": "/ideas/{reference}/shortlist/",
    "plans:detail": "/ideas/{reference}/plan/",
    "plans:make": "/ideas/{reference}/plan/make/",
    "plans:tick": "/ideas/{reference}/plan/tick/",
    "plans:new": "/ideas/{reference}/plan/new/",
    "plans:calendar": "/ideas/{reference}/plan.ics",
    "plans:edit": "/milestones/{milestone}/edit/",
    "plans:remove": "/milestones/{milestone}/remove/",
    "api:idea-plan-list": "/api/v1/ideas/{id}/plan/",
    "api:idea-plan-tick": "/api/v1/ideas/{id}/plan/{milestone}/tick/",
    "api:idea-detail": "/api/v1/ideas/{id}/",
    "api:idea-state": "/api/v1/ideas/{id}/state/",
    "api:idea-renew": "/api/v1/ideas/{id}/renew/",
    "api:idea-aim": "/api/v1/ideas/{id}/aim/",
    "api:merge-detail": "/api/v1/merges/{merge}/",
    "api:merge-consent": "/api/v1/merges/{merge}/consent/",
    "api:merge-end": "/api/v1/merges/{merge}/end/",
    "api:idea-calls": "/api/v1/ideas/{id}/calls/",
    "api:idea-attachment-list": "/api/v1/ideas/{id}/attachments/",
    "api:attachment-detail": "/api/v1/attachments/{attachment}/",
    "api:attachment-file": "/api/v1/attachments/{attachment}/file/",
    "api:idea-annex": "/api/v1/ideas/{id}/annex/",
    "api:idea-comment-list": "/api/v1/ideas/{id}/comments/",
    "api:comment-detail": "/api/v1/comments/{comment}/",
    "joining:answer": "/join-requests/{request}/accept/",
    "api:idea-slot-list": "/api/v1/ideas/{id}/slots/",
    "api:slot-detail": "/api/v1/slots/{slot}/",
    "api:slot-move": "/api/v1/slots/{slot}/move/",
    "api:slot-split": "/api/v1/slots/{slot}/split/",
    "api:slot-fill": "/api/v1/slots/{slot}/fill/",
    "api:slot-reopen": "/api/v1/slots/{slot}/reopen/",
    "api:join-request-detail": "/api/v1/join-requests/{request}/",
    "api:join-request-step": "/api/v1/join-requests/{request}/accept/",
    "shortlists:move": "/shortlist-entries/{entry}/move/",
    "shortlists:rationale": "/shortlist-entries/{entry}/rationale/",
    "shortlists:remove": "/shortlist-entries/{entry}/remove/",
    "meetings:mark": "/meeting-items/{item}/mark/",
    "meetings:decide": "/meeting-items/{item}/decide/",
    "meetings:move": "/meeting-items/{item}/move/",
    "meetings:drop": "/meeting-items/{item}/drop/",
    "reviews:detail": "/reviews/{review}/",
    **{f"reviews:{act}": f"/reviews/{{review}}/{act}/" for act in ("keep", "reopen", "decline")},
    "reviews:take_back": "/reviews/{review}/take-back/",
    "reviews:reviewers": "/shortlist-entries/{entry}/reviewers/",
    "reviews:begin": "/shortlist-entries/{entry}/review/",
    "conflicts:declare": "/ideas/{reference}/interest/",
    "conflicts:withdraw": "/ideas/{reference}/interest/take-back/",
    "api:review-detail": "/api/v1/reviews/{review}/",
    **{f"api:review-{act}": f"/api/v1/reviews/{{review}}/{act}/" for act in ("done", "reopen", "decline")},
    "api:conflict-detail": "/api/v1/conflicts/{id}/",
    "decisions:stage": "/shortlist-entries/{entry}/decision/",
    "decisions:withdraw": "/shortlist-entries/{entry}/decision/withdraw/",
    "decisions:changes": "/shortlist-entries/{entry}/changes/",
    "decisions:told": "/ideas/{reference}/decisions/",
    "api:decision-detail": "/api/v1/shortlists/{shortlist}/entries/{entry}/decision/",
    "api:idea-decisions": "/api/v1/ideas/{id}/decisions/",
    "api:shortlist-move": "/api/v1/shortlists/{shortlist}/entries/{entry}/move/",
    "api:shortlist-entry": "/api/v1/shortlists/{shortlist}/entries/{entry}/",
}
# Addresses that exist for everybody (or for members): whatever they answer, the canary isn't in it.
OF_THE_SITE = {
    "ideas:list": "/",
    "search:list": "/search/?q=CANAR*",
    "search:suggestions": "/search/suggestions/?q=CANAR",
    "searches:list": "/searches/",
    "searches:save": "/searches/new/?q=CANAR",
    "searches:visit": "/searches/1/",
    "searches:alerts": "/searches/1/alerts/",
    "searches:remove": "/searches/1/remove/",
    "ideas:new": "/ideas/new/",
    "ideas:similar": "/ideas/similar/?title=CANARY+title",
    "outlines:panel": "/ideas/outline/",
    "exports:ideas": "/export/ideas.json",
    "intake:new": "/bring-ideas/",
    "intake:detail": "/bring-ideas/{intake}/",
    "intake:columns": "/bring-ideas/{intake}/columns/",
    "intake:confirm": "/bring-ideas/{intake}/confirm/",
    "intake:discard": "/bring-ideas/{intake}/discard/",
    "insights:page": "/insights/",
    "insights:table": "/insights/places.csv",
    "insights:workbook": None,  # packed: tests/pages/test_insights.py opens it
    "drafts:save": "/drafts/save/",
    "drafts:discard": "/drafts/discard/",
    "joining:list": "/join-requests/",
    "calls:list": "/calls/",
    "calls:month": "/calls/month/",
    "calls:timeline": "/calls/timeline/",
    "calls:compare": "/calls/compare/",
    "calls:new": "/calls/new/",
    "calls:tags": "/calls/tags/",
    "calls:edit": "/calls/{call}/edit/",
    "calls:rules": "/calls/{call}/rules/",
    "rule_sets:list": "/rule-sets/",
    "rule_sets:new": "/rule-sets/new/",
    "rule_sets:edit": "/rule-sets/unknown/",
    "calls:detail": "/calls/{call}/",
    "calls:calendar": "/calls/{call}/calendar.ics",
    "deadlines:subscribe": "/calendar/",
    "deadlines:renew": "/calendar/renew/",
    "deadlines:everything": "/calendar/all.ics",
    "deadlines:of_level": "/calendar/level/european.ics",
    "deadlines:of_chain": "/calendar/chain/moves.ics",
    "deadlines:own": "/calendar/1-guessed.ics",  # whose is whose: tests/pages/test_deadlines.py
    "imports:list": "/imports/",
    "imports:new": "/imports/new/",
    "imports:detail": "/imports/{import}/",
    "imports:columns": "/imports/{import}/columns/",
    "imports:preview": "/imports/{import}/preview/",
    "imports:confirm": "/imports/{import}/confirm/",
    "imports:discard": "/imports/{import}/discard/",
    "candidates:list": "/candidates/",
    "candidates:aside": "/candidates/{candidate}/aside/",
    "candidates:back": "/candidates/{candidate}/back/",
    "organisations:list": "/organisations/",
    "organisations:detail": "/organisations/{organisation}/",
    "organisations:new": "/organisations/new/",
    "organisations:edit": "/organisations/{organisation}/edit/",
    "competences:list": "/competences/",
    "competences:suggestions": "/competences/suggestions/?kind=competence&q=CANAR",
    "competences:detail": "/competences/1/",
    "affiliations:people": "/organisations/{organisation}/people/",
    "affiliations:ask": "/organisations/{organisation}/work-here/",
    "affiliations:answer": "/affiliation-requests/1/accept/",
    "affiliations:change": "/affiliations/1000000000/remove/",
    "units:add": "/organisations/{organisation}/units/add/",
    "units:let_go": "/organisations/{organisation}/units/let-go/",
    "network:page": "/network/",
    "suggestions:mine": "/suggestions/",
    "suggestions:ideas": "/organisations/{organisation}/ideas/",
    "suggestions:mark_idea": "/organisations/{organisation}/ideas/mark/",
    "suggestions:gaps": "/gaps/",
    "api:suggestion-ideas": "/api/v1/organisations/{organisation}/ideas/",
    "api:suggestion-gaps": "/api/v1/gaps/",
    "comparisons:detail": "/compare/?ideas={typed}",
    "desk:page": "/desk/",
    "api:desk": "/api/v1/desk/",
    "shortlists:list": "/shortlists/",
    "shortlists:new": "/shortlists/new/",
    "shortlists:detail": "/shortlists/{shortlist}/",
    "shortlists:export": "/shortlists/{shortlist}/list.csv",
    "shortlists:paper": "/shortlists/{shortlist}/paper/",
    "shortlists:publish": "/shortlists/{shortlist}/publish/",
    "reviews:list": "/reviews/",
    "reviews:overview": "/shortlists/{shortlist}/reviews/",
    "reviews:round": "/shortlists/{shortlist}/reviews/round/",
    "reviews:ask_all": "/shortlists/{shortlist}/reviews/ask/",
    "conflicts:list": "/conflicts/",
    "api:review-list": "/api/v1/reviews/",
    "api:round-detail": "/api/v1/shortlists/{shortlist}/round/",
    "api:round-reviews": "/api/v1/shortlists/{shortlist}/reviews/",
    "api:conflict-list": "/api/v1/conflicts/",
    "decisions:publish": "/shortlists/{shortlist}/decisions/publish/",
    "api:decision-list": "/api/v1/shortlists/{shortlist}/decisions/",
    "api:decision-publish": "/api/v1/shortlists/{shortlist}/decisions/publish/",
    "meetings:new": "/shortlists/{shortlist}/meetings/new/",
    **{f"meetings:{act}": f"/meetings/{{meeting}}/{act}/" for act in MEETING_ACTS},
    "meetings:detail": "/meetings/{meeting}/",
    "meetings:pass_on": "/meetings/{meeting}/pass/",
    "meetings:minutes_file": "/meetings/{meeting}/minutes.docx",
    "api:meeting-list": "/api/v1/meetings/",
    "api:meeting-detail": "/api/v1/meetings/{meeting}/",
    **{f"api:meeting-{act}": f"/api/v1/meetings/{{meeting}}/{act}/" for act in MEETING_PRESSES},
    "api:meeting-hand-on": "/api/v1/meetings/{meeting}/pass/",
    "following:list": "/following/",
    "following:follow": "/following/follow/",
    "following:choose": "/following/choices/",
    "following:unfollow": "/following/1/unfollow/",
    "following:reminders": "/following/calls/{call}/reminders/",
    "plans:steps": "/plan-steps/",
    "plans:edit_step": "/plan-steps/{step}/",
    "notifications:list": "/notifications/",
    "notifications:read": "/notifications/read/",
    "members:profile": "/profile/",
    "members:invite": "/invitations/new/",
    "members:withdraw_invitation": "/invitations/1000000000/withdraw/",
    "members:accept": "/invitations/{token}/",
    "account_login": "/account/login/",
    "account_logout": None,  # it would end the viewer's session
    "account_inactive": "/account/inactive/",
    "account_signup": "/account/signup/",
    "account_change_password": "/account/password/change/",
    "account_set_password": "/account/password/set/",
    "account_reset_password": "/account/password/reset/",
    "account_reset_password_done": "/account/password/reset/done/",
    "account_reset_password_from_key": "/account/password/reset/key/1-2/",
    "account_reset_password_from_key_done": "/account/password/reset/key/done/",
    "demo_login": "/account/demo/",
    "set_language": "/language/",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "style:page": "/style/",
    "api:idea-list": "/api/v1/ideas/",
    "api:call-list": "/api/v1/calls/",
    "api:call-detail": "/api/v1/calls/{call}/",
    "api:outline-list": "/api/v1/outlines/",
    "api:follow-list": "/api/v1/following/",
    "api:follow-detail": "/api/v1/following/1/",
    "api:value-chain-list": "/api/v1/value-chains/",
    "api:value-chain-detail": "/api/v1/value-chains/MOVES/",
    "api:ket-list": "/api/v1/kets/",
    "api:ket-detail": "/api/v1/kets/AI/",
    "api:organisation-list": "/api/v1/organisations/",
    "api:organisation-detail": "/api/v1/organisations/{organisation}/",
    "api:competence-list": "/api/v1/competences/",
    "api:competence-detail": "/api/v1/competences/1/",
    "api:competence-merge": "/api/v1/competences/1/merge/",
    "api:competence-retire": "/api/v1/competences/1/retire/",
    "api:affiliation-list": "/api/v1/affiliations/",
    "api:affiliation-detail": "/api/v1/affiliations/1000000000/",
    "api:affiliation-request-list": "/api/v1/affiliation-requests/",
    "api:affiliation-request-detail": "/api/v1/affiliation-requests/1/",
    "api:affiliation-request-step": "/api/v1/affiliation-requests/1/accept/",
    "api:unit-list": "/api/v1/organisations/{organisation}/units/",
    "api:unit-detail": "/api/v1/organisations/{organisation}/units/1/",
    "api:network-list": "/api/v1/network/",
    "api:join-request-list": "/api/v1/join-requests/",
    "api:join-request-invite": "/api/v1/join-requests/invite/",
    "api:merge-list": "/api/v1/merges/",
    "api:search-list": "/api/v1/searches/",
    "api:search-detail": "/api/v1/searches/1/",
    "api:search-visit": "/api/v1/searches/1/visit/",
    "api:shortlist-list": "/api/v1/shortlists/",
    "api:shortlist-detail": "/api/v1/shortlists/{shortlist}/",
    "api:shortlist-publish": "/api/v1/shortlists/{shortlist}/publish/",
    "api:shortlist-entries": "/api/v1/shortlists/{shortlist}/entries/",
    "api:schema": "/api/v1/schema/",
    "api:docs": "/api/docs/",
    "api:unknown": "/api/v1/nothing",
}
HOLDS_NOTHING = {404, 405, 401, 403}


def routes(patterns: list[Any], spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Name every route of the site, with its namespaces."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or str(pattern.pattern)))


@pytest.fixture
def things(researcher: Member, secret: Idea, chain: ValueChain, laboratory: Organisation) -> dict[str, Any]:
    """What hangs on the secret, each with the canary in it, and the public things beside it."""
    second = make_organisation("Second laboratory")
    affiliate(researcher, second, AffiliationRole.ADMINISTRATOR)
    slot = make_slot(secret, expertise=CANARY, work=CANARY)
    comment = make_comment(secret, researcher, CANARY)
    attachment = make_attachment(secret, researcher, name=f"{CANARY}.png")
    make_annex(secret, CANARY)
    call = make_call("HORIZON-1")
    edit_idea(
        by=researcher, idea=secret, content={"call": call, "organisation": laboratory}, version=1, at=timezone.now()
    )
    request = make_join_request(secret, researcher, second, contribution=CANARY, message=CANARY)
    step = make_step("Partners closed")
    milestone = make_plan(by=researcher, idea=secret, at=timezone.now())[0]
    milestone = edit_milestone(
        by=researcher, milestone=milestone, content={"name": CANARY, "days_before": 40}, at=timezone.now()
    )
    other = make_member("Otto Other")
    into = make_idea(other, chain=chain, title=f"{CANARY} other", visibility=Visibility.PRIVATE)
    into.invited.add(researcher)
    secret.invited.add(other)
    merge = propose_merge(by=researcher, idea=secret, into=into, reason=CANARY, at=timezone.now())
    # Somebody who was invited to read it, for its author has an interest in it.
    chain.leads.add(other)
    shortlist = make_shortlist(other, chain, secret, title="A list")
    entry = shortlist.entries.get()
    entry.rationale = CANARY
    entry.save()
    make_round(other, shortlist)
    said = {"remarks": dict.fromkeys(("excellence", "impact", "implementation"), CANARY), "aside": CANARY}
    review = make_review(other, shortlist, secret, other, "4.0", "3.5", "3.0", **said)
    ConflictOfInterest.objects.create(member=researcher, idea=secret, reason=CANARY, declared_at=timezone.now())
    stage_decision(by=other, entry=entry, outcome="decline", text=CANARY, version=0, at=timezone.now())
    meeting = make_meeting(other, shortlist, begun=True)
    item = meeting.items.get()
    give_mark(by=other, item=item, halves=7, at=timezone.now())
    write_note(by=other, meeting=meeting, item=item, body=CANARY, at=timezone.now())
    chain.leads.remove(other)
    invitation = invite_member(
        by=researcher, email="x@example.org", organisation=laboratory, site="", at=timezone.now()
    )[1]
    return {
        "id": secret.pk,
        "reference": secret.reference,
        # As somebody may type it: the page says back the address, in which the reference itself would look like a leak.
        "typed": secret.reference.lower(),
        "slot": slot.pk,
        "comment": comment.pk,
        "attachment": attachment.pk,
        "request": request.pk,
        "step": step.pk,
        "milestone": milestone.pk,
        "merge": merge.pk,
        "shortlist": shortlist.pk,
        "entry": entry.pk,
        "review": review.pk,
        "meeting": meeting.pk,
        "item": item.pk,
        "call": call.slug,
        "organisation": laboratory.slug,
        "import": 10**9,
        "intake": keep_ideas(
            by=researcher,
            name=CANARY,
            kind="json",
            table=Table([], [(1, {"title": CANARY, "value_chain": "MOVES"})]),
            columns={},
            at=timezone.now(),
        ).pk,
        "candidate": 10**9,
        "token": invitation.split("/")[-2],
    }


UNKNOWN = {
    "id": 7, "reference": "JVL-2026-0000", "slot": 10**9, "comment": 10**9, "request": 10**9, "entry": 10**9,
    "review": 10**9,
    "item": 10**9,
    "milestone": 10**9, "merge": 10**9, "attachment": 10**9,
}  # fmt: skip
BODIES: dict[str, Any] = {
    "state": "parked",
    "version": 1,
    "title": "X",
    "body": "x",
    "text": "x",
    "client_id": "matrix",
    "reason": "x",
    "rationale": "x",
    "position": 1,
    "contribution": "x",
    "role": "beneficiary",
    "expertise": "x",
    "wanted": 1,
    "direction": "up",
    "first": 1,
    "name": "x",
    "days_before": 1,
    "done": True,
}


def ask(client: Client, method: str, path: str) -> Any:
    cache.clear()
    if method == "get":
        return client.get(path)
    kind = {"content_type": "application/json"} if path.startswith("/api/") else {}
    return getattr(client, method)(path, BODIES, **kind)


@pytest.fixture(params=VIEWERS)
def viewer(request: pytest.FixtureRequest) -> Client:
    """Everybody but the author."""
    return signed_in(None if request.param == "visitor" else request.getfixturevalue(request.param))


def test_every_route_is_in_the_table():
    known = set(OF_THE_IDEA) | set(OF_THE_SITE)
    # Django's admin site has no ideas and no people in it: tested apart.
    found = {name for name in routes(get_resolver().url_patterns) if not name.startswith("admin:")}

    assert found - {"style:page"} == known - {"style:page"}


def methods_of(path: str) -> tuple[str, ...]:
    if not path.startswith("/api/"):
        return "get", "post"
    return ("get", "post", "patch", "delete", *(["put"] if path.endswith("/annex/") else []))


def is_refusal(answer: Any) -> bool:
    return answer.status_code in HOLDS_NOTHING or (
        answer.status_code == 302 and answer["Location"].startswith("/account/login/")
    )


def text_of(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def test_secret_is_like_the_unknown(viewer: Client, things: dict[str, Any]):
    told = []
    for path in OF_THE_IDEA.values():
        for method in methods_of(path):
            answer = ask(viewer, method, path.format(**things))
            unknown = ask(viewer, method, path.format(**{**things, **UNKNOWN}))
            alike = answer.status_code == unknown.status_code
            if not is_refusal(answer) or not alike or CANARY in text_of(answer):
                told.append((method, path, answer.status_code, unknown.status_code))

    assert told == []


def test_canary_is_nowhere_else(viewer: Client, things: dict[str, Any]):
    told = []
    for path in filter(None, OF_THE_SITE.values()):
        whole = path.format(**things)
        for address in (whole, f"{whole}?call=HORIZON-1&value_chain=MOVES&mine=1", f"{whole}?q=approach"):
            shown = text_of(ask(viewer, "get", address))
            told += [(address, word) for word in (CANARY, things["reference"], str(things["id"])) if word in shown]

    assert told == []


def test_search_for_the_canary_finds_nothing(viewer: Client, things: dict[str, Any]):
    board = text_of(ask(viewer, "get", f"/?q={CANARY}"))

    assert (things["reference"] in board, f"{CANARY} title" in board, f"{CANARY} teaser" in board) == (False,) * 3


def test_no_write_tells_of_it(viewer: Client, things: dict[str, Any]):
    told = []
    for path in filter(None, OF_THE_SITE.values()):
        answer = ask(viewer, "post", path.format(**things))
        if answer.status_code >= 500 or CANARY in text_of(answer) or things["reference"] in text_of(answer):
            told.append((path, answer.status_code))

    assert told == []


def test_draft_is_its_authors_alone(viewer: Client, researcher: Member):
    draft = make_idea(researcher, state=IdeaState.DRAFT, title=CANARY, public_teaser=True)
    told = []
    for path in OF_THE_IDEA.values():
        if "{reference}" in path or "{id}" in path:
            for method in methods_of(path):
                answer = ask(
                    viewer, method, path.format(reference=draft.reference, id=draft.pk, milestone=1, organisation="x")
                )
                if not is_refusal(answer) or CANARY in text_of(answer):
                    told.append((method, path, answer.status_code))

    assert told == []


def test_nothing_was_changed_by_trying(viewer: Client, things: dict[str, Any], secret: Idea):
    for path in OF_THE_IDEA.values():
        for method in methods_of(path):
            ask(viewer, method, path.format(**things))

    secret.refresh_from_db()
    assert (secret.state, secret.version, secret.comment_count) == (IdeaState.OPEN, 2, 1)
    assert Annex.objects.values_list("text", "version", "openings").get() == (CANARY, 1, None)
    assert Milestone.objects.values_list("name", "done_at").get() == (CANARY, None)
    assert (Comment.objects.count(), RoleSlot.objects.count(), JoinRequest.objects.get().state) == (1, 1, "pending")
    assert Shortlist.objects.get().entries.get().rationale == CANARY


def test_author_has_it_all(researcher: Member, things: dict[str, Any]):
    client = signed_in(researcher)

    assert CANARY in client.get(f"/ideas/{things['reference']}/").content.decode()
    assert client.get(f"/api/v1/ideas/{things['id']}/").json()["problem"] == f"{CANARY} problem"


def test_withdrawn_idea_is_its_authors_alone(viewer: Client, researcher: Member):
    idea = make_idea(researcher, title=CANARY, public_teaser=True)
    change_state(by=researcher, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    answers = [ask(viewer, "get", path) for path in (f"/api/v1/ideas/{idea.pk}/", "/api/v1/ideas/", "/")]

    assert (answers[0].status_code, [CANARY in answer.content.decode() for answer in answers]) == (404, [False] * 3)


def test_admin_site_holds_no_idea_no_member_and_no_call(things: dict[str, Any], staff: Member):
    staff.is_superuser = True
    staff.save()
    client = signed_in(staff)

    shown = client.get("/staff/admin/").content.decode()

    models = ("idea", "member", "comment", "call", "deadline")
    assert [client.get(f"/staff/admin/ideas/{model}/").status_code for model in models] == [404] * 5
    assert (CANARY in shown, str(things["reference"]) in shown) == (False, False)


def test_admin_site_is_closed_to_staff_without_its_rights(staff: Member, company: Member):
    assert signed_in(staff).get("/staff/admin/ideas/organisation/").status_code == 403
    assert signed_in(company).get("/staff/admin/").status_code in {302, 403}
