"""Rows for tests, made by the product's own actions wherever a rule is behind them."""

from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from ideas.actions.annexes import write_annex
from ideas.actions.attachments import add_attachment
from ideas.actions.comments import post_comment
from ideas.actions.competences import set_words, words_for
from ideas.actions.ideas import change_state, post_idea
from ideas.actions.joining import accept_join_request, ask_to_join, invite_organisation
from ideas.actions.meeting_room import come_in
from ideas.actions.meetings import begin_meeting, plan_meeting
from ideas.actions.partners import sign_letter
from ideas.actions.plans import make_plan
from ideas.actions.reviewers import ask_reviewers, set_round
from ideas.actions.reviews import Opinion, begin_review, finish_review
from ideas.actions.search import index_organisations
from ideas.actions.shortlists import add_to_shortlist, create_shortlist
from ideas.actions.slots import add_slot
from ideas.choices import (
    AffiliationRole,
    Confidence,
    DeadlineKind,
    IdeaState,
    Level,
    OrganisationKind,
    Scheme,
    Visibility,
)
from ideas.data.demo_files import make_pdf
from ideas.models import (
    Affiliation,
    Annex,
    Attachment,
    Call,
    Comment,
    Competence,
    Deadline,
    Idea,
    JoinRequest,
    Meeting,
    Member,
    Milestone,
    Organisation,
    PartnerLetter,
    PlanStep,
    Review,
    ReviewRound,
    RoleSlot,
    Shortlist,
    Term,
    ValueChain,
)
from ideas.models.competences import LISTS
from ideas.rules.reviews import criteria_of

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_member(name: str = "Somebody Else", **fields: Any) -> Member:
    fields.setdefault("email", f"member{next(_numbers)}@example.org")
    return Member.objects.create_user(password=PASSWORD, name=name, **fields)


def make_organisation(name: str = "", **fields: Any) -> Organisation:
    """An organisation that can be found; the words of its lists stand in the vocabulary, accepted."""
    number = next(_numbers)
    fields.setdefault("kind", OrganisationKind.COMPANY)
    words = {field: fields.pop(field) for field in LISTS if field in fields}
    organisation = Organisation.objects.create(
        name=name or f"Organisation {number}", slug=fields.pop("slug", f"organisation-{number}"), **fields
    )
    if words:
        set_words(organisation, words_for(words, by=None, at=timezone.now()))
        organisation.save(update_fields=list(words))
    index_organisations([organisation])
    return organisation


def make_competence(name: str = "", **fields: Any) -> Competence:
    """A word of the vocabulary, accepted unless said otherwise."""
    name = name or f"Word {next(_numbers)}"
    fields = {"kind": "competence", "state": "accepted", "name_it": name, "slug": slugify(name), **fields}
    return Competence.objects.create(**fields)


def affiliate(member: Member, organisation: Organisation, role: str = AffiliationRole.MEMBER) -> Affiliation:
    return Affiliation.objects.create(member=member, organisation=organisation, role=role)


def make_chain(code: str = "", **fields: Any) -> ValueChain:
    code = code or f"CHAIN{next(_numbers)}"
    return ValueChain.objects.create(
        code=code, slug=code.lower().replace("&", ""), name_it=f"Filiera {code}", name_en=f"Chain {code}", **fields
    )


def make_ket(code: str = "", **fields: Any) -> Term:
    code = code or f"K{next(_numbers)}"
    fields.setdefault("scheme", Scheme.KET_2018)
    return Term.objects.create(code=code, name_it=f"Tecnologia {code}", name_en=f"Technology {code}", **fields)


def make_call(
    identifier: str = "",
    *,
    closes_in: timedelta | None = timedelta(days=60),
    opens_in: timedelta | None = None,
    zone: str = "Europe/Brussels",
    **fields: Any,
) -> Call:
    now = timezone.now()
    identifier = identifier or f"HORIZON-TEST-{next(_numbers)}"
    closes_at = now + closes_in if closes_in is not None else None
    opens_at = now + opens_in if opens_in is not None else None
    fields.setdefault("level", Level.EUROPEAN)
    fields.setdefault("title", f"Call {identifier}")
    call = Call.objects.create(
        identifier=identifier, slug=identifier.lower(), opens_at=opens_at, closes_at=closes_at, **fields
    )
    for kind, at in ((DeadlineKind.OPENING, opens_at), (DeadlineKind.SINGLE, closes_at)):
        if at:
            Deadline.objects.create(call=call, kind=kind, at=at, zone=zone, raw=at.isoformat(), changed_at=now)
    return call


def make_idea(
    by: Member,
    *,
    chain: ValueChain | None = None,
    state: str = IdeaState.OPEN,
    at: datetime | None = None,
    **content: Any,
) -> Idea:
    """An idea by the product's own actions: posted, and taken to `state` (draft, open, or one step from open)."""
    at = at or timezone.now()
    content = {
        "title": f"Idea {next(_numbers)}",
        "teaser": "A teaser.",
        "problem": "A problem.",
        "approach": "An approach.",
        "visibility": Visibility.MEMBERS,
        "value_chain": chain or ValueChain.objects.first() or make_chain(),
        **content,
    }
    idea = post_idea(by=by, content=content, at=at)
    for step in {IdeaState.DRAFT: [], IdeaState.OPEN: [IdeaState.OPEN]}.get(state, [IdeaState.OPEN, state]):
        idea = change_state(by=by, idea=idea, state=step, at=at)
    return idea


def make_comment(idea: Idea, by: Member, body: str = "A comment.", **fields: Any) -> Comment:
    fields.setdefault("client_id", f"test-{next(_numbers)}")
    fields.setdefault("at", timezone.now())
    return post_comment(by=by, idea=idea, body=body, **fields)


def make_attachment(idea: Idea, by: Member, *, name: str = "Sketch.png", **fields: Any) -> Attachment:
    """A small image beside an idea."""
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    fields = {"audience": "all", "client_id": f"test-{next(_numbers)}", "at": timezone.now(), **fields}
    return add_attachment(by=by, idea=idea, file=ContentFile(picture.getvalue()), name=name, **fields)


def make_annex(idea: Idea, source: str = "The recipe.", **fields: Any) -> Annex:
    """The annex as its author saves it, over whatever there was."""
    known = Annex.objects.filter(idea=idea).first()
    fields = {"by": idea.created_by, "version": known.version if known else 0, "at": timezone.now(), **fields}
    return write_annex(idea=idea, source=source, **fields)


def make_slot(idea: Idea, **content: Any) -> RoleSlot:
    content = {"role": "beneficiary", "expertise": "Battery packs", "wanted": 1, **content}
    return add_slot(by=idea.created_by, idea=idea, content=content)


def make_join_request(idea: Idea, by: Member, organisation: Organisation, **fields: Any) -> JoinRequest:
    fields = {"contribution": "A pilot line.", "role": "beneficiary", "at": timezone.now(), **fields}
    return ask_to_join(by=by, idea=idea, organisation=organisation, **fields)


def make_invitation(idea: Idea, organisation: Organisation, **fields: Any) -> JoinRequest:
    """An organisation with an administrator is invited by the idea's author."""
    fields = {"by": idea.created_by, "message": "Join us.", "at": timezone.now(), **fields}
    return invite_organisation(idea=idea, organisation=organisation, **fields)


def make_partner(idea: Idea, by: Member, organisation: Organisation, **fields: Any) -> JoinRequest:
    request = make_join_request(idea, by, organisation, **fields)
    return accept_join_request(by=idea.created_by, request=request, at=timezone.now())


def make_letter(request: JoinRequest, by: Member, **fields: Any) -> PartnerLetter:
    """The signed letter of a partner that has confirmed, as one of its administrators gives it."""
    fields = {"name": "Letter.pdf", "client_id": f"test-{next(_numbers)}", "at": timezone.now(), **fields}
    return sign_letter(by=by, request=request, file=ContentFile(make_pdf(["Letter of intent"])), **fields).letter


def make_shortlist(by: Member, chain: ValueChain, *ideas: Idea, **fields: Any) -> Shortlist:
    fields = {"title": f"Shortlist {next(_numbers)}", "at": timezone.now(), **fields}
    shortlist = create_shortlist(by=by, value_chain=chain, **fields)
    for idea in ideas:
        add_to_shortlist(by=by, shortlist=shortlist, idea=idea, at=timezone.now())
    shortlist.refresh_from_db()
    return shortlist


def make_meeting(by: Member, shortlist: Shortlist, *, begun: bool = False, title: str = "A meeting") -> Meeting:
    """A meeting over a list as it is now; `begun` by whoever plans it, who has come."""
    meeting = plan_meeting(by=by, shortlist=shortlist, title=title, at=timezone.now())
    if begun:
        meeting = begin_meeting(by=by, meeting=meeting, version=meeting.version, at=timezone.now())
        come_in(by=by, meeting=meeting, at=timezone.now())
    return meeting


def make_round(by: Member, shortlist: Shortlist, **fields: Any) -> ReviewRound:
    return set_round(by=by, shortlist=shortlist, **{"at": timezone.now(), **fields})


def make_review(
    by: Member, shortlist: Shortlist, idea: Idea, reviewer: Member, *marks: str | None, **said: Any
) -> Review:
    """A review that `by` asked for; with marks, in the order of the European criteria, it is done."""
    at = said.pop("at", timezone.now())
    entry = shortlist.entries.get(idea=idea)
    if reviewer == by:
        review = begin_review(by=by, entry=entry, at=at)
    else:
        [review] = ask_reviewers(by=by, entry=entry, members=[reviewer], at=at)
    if not marks:
        return review
    codes = [one.code for one in criteria_of(shortlist.round)]
    fields = {"remarks": dict.fromkeys(codes, "Why."), "confidence": Confidence.HIGH, **said}
    opinion = Opinion(marks=dict(zip(codes, marks, strict=True)), **fields)
    return finish_review(by=reviewer, review=review, opinion=opinion, version=review.version, at=at)


def make_step(name: str = "", *, days: int = 45, retired: bool = False) -> PlanStep:
    number = next(_numbers)
    name = name or f"Step {number}"
    return PlanStep.objects.create(
        code=f"step-{number}", name_it=f"{name} (it)", name_en=name, days_before=days, retired=retired
    )


def make_planned(by: Member, *steps: int, closes_in: timedelta = timedelta(days=60), **content: Any) -> list[Milestone]:
    """An idea with a deadline and a plan: its milestones, one for each number of days before, the earliest first."""
    for days in steps or (45, 14):
        make_step(days=days)
    idea = make_idea(by, call=make_call(closes_in=closes_in), **content)
    return make_plan(by=by, idea=idea, at=timezone.now())
