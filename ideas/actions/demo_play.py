"""What happens in the demo, in the order of time; who and what is there from the start is in demo.py."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from ideas.actions.annexes import open_annex, write_annex
from ideas.actions.attachments import add_attachment
from ideas.actions.comments import post_comment
from ideas.actions.decisions import stage_decision
from ideas.actions.demo_reviews import ask_demo_reviewer, open_demo_round, write_demo_review
from ideas.actions.ideas import change_state, post_idea
from ideas.actions.joining import (
    accept_join_request,
    ask_to_join,
    authorise_join_request,
    commit_partner,
    decline_join_request,
    invite_organisation,
    remove_partner,
    withdraw_join_request,
)
from ideas.actions.meetings import plan_meeting
from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.actions.partners import fill_in_line, sign_letter
from ideas.actions.plans import make_plan, tick_milestone
from ideas.actions.shortlists import add_to_shortlist, create_shortlist, publish_shortlist
from ideas.actions.slots import add_slot
from ideas.choices import CommentAudience, Commitment, IdeaState, JoinState, MergeState, Scheme
from ideas.data import FOLDER, read_json
from ideas.data.demo_files import make_pdf, make_sketch
from ideas.exchange.ideas import PLAIN
from ideas.models import (
    Annex,
    Call,
    Comment,
    Idea,
    JoinRequest,
    Member,
    Organisation,
    Shortlist,
    Term,
    ValueChain,
)

Spec = dict[str, Any]
# The state in which a request must be for a step; in any other the step was played before.
STEPS: dict[str, tuple[str, Callable[..., JoinRequest], dict[str, Any]]] = {
    "authorise": (JoinState.UNAUTHORISED, authorise_join_request, {}),
    "accept": (JoinState.PENDING, accept_join_request, {}),
    "decline": (JoinState.PENDING, decline_join_request, {}),
    "waitlist": (JoinState.PENDING, decline_join_request, {"waitlist": True}),
    "withdraw": (JoinState.PENDING, withdraw_join_request, {}),
    "remove": (JoinState.ACCEPTED, remove_partner, {}),
}


@dataclass(order=True)
class Event:
    """Something that happens: events sort by when they do, and by their number within an instant."""

    at: datetime
    number: int
    play: Callable[[], object] = field(compare=False)


def kets_of(codes: list[str]) -> list[Term]:
    return list(Term.objects.filter(scheme=Scheme.KET_2018, code__in=codes))


class Play:
    """What happens in the demo, as events in time. Each one does nothing where it was played before."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.ideas: dict[str, Idea] = {}
        self._numbers = count()
        self._members = {member.email.partition("@")[0]: member for member in Member.objects.filter(is_demo=True)}
        self._organisations = {row.slug: row for row in Organisation.objects.filter(is_demo=True)}
        self._chains = {chain.slug: chain for chain in ValueChain.objects.all()}

    def events(self) -> Iterator[Event]:
        """List every event, in no order."""
        for file in sorted((FOLDER / "demo").glob("ideas-*.json")):
            for spec in read_json(f"demo/{file.name}"):
                yield from self._idea(spec)
        for spec in read_json("demo/shortlists.json"):
            yield from self._shortlist(spec)

    def _event(self, days_ago: float, play: Callable[..., object], *of: Any) -> Event:
        at = self.now - timedelta(days=days_ago)
        return Event(at, next(self._numbers), partial(play, *of, at))

    def _idea(self, spec: Spec) -> Iterator[Event]:
        key, by = spec["key"], self._members[spec["by"]]
        yield self._event(spec["ago"], self._post, spec)
        for slot in spec["slots"]:
            yield self._event(spec["ago"], self._add_slot, key, by, slot)
        for step in spec["states"]:
            yield self._event(step["ago"], self._change_state, spec, step)
        for request in spec["requests"]:
            yield from self._request(spec, request)
        if "plan" in spec:
            yield self._event(spec["plan"]["ago"], self._plan, key, by)
            for tick in spec["plan"]["ticks"]:
                yield self._event(tick["ago"], self._tick, key, tick)
        for number, file in enumerate(spec.get("files", ()), start=1):
            yield self._event(file["ago"], self._attach, key, file, f"demo-{number}")
        for line in spec.get("sheet", ()):
            yield self._event(line["ago"], self._fill_in, key, line)
        if "annex" in spec:
            yield self._event(spec["annex"]["ago"], self._write_annex, key, by, spec["annex"]["text"])
            for opening in spec["annex"]["opened"]:
                yield self._event(opening["ago"], self._open_annex, key, self._members[opening["by"]])
        for number, comment in enumerate(spec["comments"], start=1):
            yield from self._comment(key, comment, f"demo-{key}-{number}")
        for number, comment in enumerate(spec.get("room", ()), start=1):
            yield from self._comment(key, comment, f"demo-{key}-room-{number}", audience=CommentAudience.PARTNERS)

    def _post(self, spec: Spec, at: datetime) -> None:
        known = Idea.objects.filter(is_demo=True, title=spec["title"]).first()
        self.ideas[spec["key"]] = known or post_idea(
            by=self._members[spec["by"]], content=self._content(spec), at=at, is_demo=True
        )

    def _content(self, spec: Spec) -> dict[str, Any]:
        by, today = self._members[spec["by"]], self.now.date()
        content = {name: spec[name] for name in PLAIN if name in spec}
        for name, days in (("interest_until", "interest_in"), ("valid_until", "valid_in")):
            content[name] = today + timedelta(days=spec[days]) if days in spec else None
        return {
            **content,
            "value_chain": self._chains[spec["chain"]],
            "other_chains": [self._chains[slug] for slug in spec["others"]],
            "kets": kets_of(spec["kets"]),
            "s3_area": Term.objects.get(scheme=Scheme.S3, code=spec["s3"]),
            "call": self._call(spec),
            "organisation": by.organisations.first(),
            "authors": [by, *(self._members[key] for key in spec.get("authors", ()))],
            "invited": [self._members[key] for key in spec.get("invited", ())],
        }

    def _call(self, spec: Spec) -> Call | None:
        """Find a call that is still open when the idea needs it: one that it names, else one of its value chain."""
        submitted = [step["ago"] for step in spec["states"] if step["state"] == IdeaState.SUBMITTED]
        needed_at = self.now - timedelta(days=max(submitted, default=0))
        named = {call.identifier: call for call in Call.objects.filter(identifier__in=spec["calls"])}
        for call in (named[identifier] for identifier in spec["calls"] if identifier in named):
            if call.closes_at is None or call.closes_at > needed_at:
                return call
        if not spec["calls"]:
            return None
        ahead = Call.objects.filter(closes_at__gt=needed_at, value_chains__slug=spec["chain"])
        return ahead.order_by("is_demo", "closes_at").first()

    def _add_slot(self, key: str, by: Member, slot: Spec, _at: datetime) -> None:
        if not self.ideas[key].slots.filter(expertise=slot["expertise"]).exists():
            add_slot(by=by, idea=self.ideas[key], content=slot)

    def _change_state(self, spec: Spec, step: Spec, at: datetime) -> None:
        idea, state = self.ideas[spec["key"]], step["state"]
        if idea.transitions.filter(new_state=state).exists():
            return
        by, reason = self._members[spec["by"]], step.get("reason", "")
        if state == IdeaState.NEEDS_INFO:
            by = idea.value_chain.leads.exclude(authored_ideas=idea).first() or by
        if state == IdeaState.MERGED:
            self._merge(spec, by, reason, at)
        else:
            change_state(by=by, idea=idea, state=state, reason=reason, at=at)

    def _merge(self, spec: Spec, by: Member, reason: str, at: datetime) -> None:
        idea, into = self.ideas[spec["key"]], self.ideas[spec["merged_into"]]
        proposal = propose_merge(by=by, idea=idea, into=into, reason=reason, at=at)
        if proposal.state == MergeState.OPEN:
            consent_to_merge(by=into.created_by, proposal=proposal, at=at)

    def _plan(self, key: str, by: Member, at: datetime) -> None:
        idea = Idea.objects.get(pk=self.ideas[key].pk)
        if idea.deadline and not idea.milestones.exists():
            make_plan(by=by, idea=idea, at=at)

    def _tick(self, key: str, tick: Spec, at: datetime) -> None:
        milestone = self.ideas[key].milestones.filter(step__code=tick["step"]).first()
        if milestone:
            tick_milestone(by=self._members[tick["by"]], milestone=milestone, done=True, at=at)

    def _attach(self, key: str, file: Spec, client_id: str, at: datetime) -> None:
        content = ContentFile(make_pdf(file["lines"]) if "lines" in file else make_sketch())
        by, told = self._members[file["by"]], {name: file[name] for name in ("name", "audience")}
        add_attachment(by=by, idea=self.ideas[key], file=content, client_id=client_id, at=at, **told)

    def _write_annex(self, key: str, by: Member, source: str, at: datetime) -> None:
        if not Annex.objects.filter(idea=self.ideas[key], version__gte=1).exists():
            write_annex(by=by, idea=self.ideas[key], source=source, version=0, at=at)

    def _open_annex(self, key: str, by: Member, at: datetime) -> None:
        annex = Annex.objects.select_related("idea").get(idea=self.ideas[key])
        if not annex.openings.filter(member=by).exists():
            open_annex(by=by, annex=annex, at=at)

    def _request(self, idea: Spec, spec: Spec) -> Iterator[Event]:
        yield self._event(spec["ago"], self._ask, idea, spec)
        for step in spec["then"]:
            play = self._commit if step["step"] in ("confirm", "sign") else self._answer
            yield self._event(step["ago"], play, idea["key"], spec, step)

    def _ask(self, idea: Spec, spec: Spec, at: datetime) -> None:
        row, organisation = self.ideas[idea["key"]], self._organisations[spec["organisation"]]
        if row.join_requests.filter(organisation=organisation).exists():
            return
        expertise = idea["slots"][spec["slot"]]["expertise"] if spec["slot"] is not None else None
        begin: Callable[..., JoinRequest] = invite_organisation if spec.get("invites") else ask_to_join
        begin(
            by=self._members[spec["by"]],
            idea=row,
            organisation=organisation,
            slot=row.slots.filter(expertise=expertise).first(),
            at=at,
            **{name: spec[name] for name in ("contribution", "message", "can_coordinate", "role") if name in spec},
        )

    def _answer(self, key: str, spec: Spec, step: Spec, at: datetime) -> None:
        request = self.ideas[key].join_requests.get(organisation=self._organisations[spec["organisation"]])
        state, action, extra = STEPS[step["step"]]
        if request.state == state:
            told = {"reason": step["reason"]} if "reason" in step else {}
            action(by=self._members[step["by"]], request=request, at=at, **told, **extra)

    def _commit(self, key: str, spec: Spec, step: Spec, at: datetime) -> None:
        request = self.ideas[key].join_requests.get(organisation=self._organisations[spec["organisation"]])
        by = self._members[step["by"]]
        if step["step"] == "sign" and request.commitment == Commitment.CONFIRMED:
            told = {"name": step["name"], "client_id": f"demo-letter-{key}"}
            sign_letter(by=by, request=request, file=ContentFile(make_pdf(step["lines"])), at=at, **told)
        elif step["step"] == "confirm" and request.commitment == Commitment.INTERESTED:
            commit_partner(by=by, request=request, commitment=Commitment.CONFIRMED, at=at)

    def _fill_in(self, key: str, line: Spec, at: datetime) -> None:
        idea, organisation = self.ideas[key], self._organisations[line["organisation"]]
        if idea.partner_sheets.filter(organisation=organisation).exists():
            return
        content = {"budget_eur": line["budget_eur"], "person_months": Decimal(line["person_months"])}
        if "contact" in line:
            content["contact"] = self._members[line["contact"]]
        by = self._members[line["by"]]
        fill_in_line(by=by, idea=idea, organisation=organisation, content=content, version=0, at=at)

    def _comment(
        self, key: str, spec: Spec, client_id: str, above: str = "", audience: str = CommentAudience.ALL
    ) -> Iterator[Event]:
        yield self._event(spec["ago"], self._say, key, spec, client_id, above, audience)
        for number, reply in enumerate(spec.get("replies", ()), start=1):
            yield from self._comment(key, reply, f"{client_id}-{number}", client_id, audience)

    def _say(self, key: str, spec: Spec, client_id: str, above: str, audience: str, at: datetime) -> None:
        by, idea = self._members[spec["by"]], self.ideas[key]
        # By its own id alone: the idea may have gone into another one since.
        parent = Comment.objects.get(idea__is_demo=True, client_id=above) if above else None
        said = {"body": spec["body"], "client_id": client_id, "audience": audience}
        post_comment(by=by, idea=idea, parent=parent, at=at, **said)

    def _shortlist(self, spec: Spec) -> Iterator[Event]:
        by = self._members[spec["by"]]
        yield self._event(spec["ago"], self._begin, spec, by)
        if "round" in spec:
            yield self._event(spec["round"]["ago"], self._open_round, spec, by)
        for entry in spec["entries"]:
            # A lead with an interest in an idea leaves it to somebody else.
            adder = self._members[entry.get("by", spec["by"])]
            yield self._event(entry["ago"], self._enter, spec, adder, entry)
            for said in entry.get("reviews", ()):
                yield self._event(said["asked"], self._ask_reviewer, spec, adder, entry, said)
                if "ago" in said:
                    yield self._event(said["ago"], self._review, spec, entry, said)
            if "decision" in entry:
                yield self._event(entry["decision"]["ago"], self._decide, spec, adder, entry)
        if "meeting" in spec:
            yield self._event(spec["meeting"]["ago"], self._meet, spec, by)
        if spec["publish"]:
            yield self._event(spec["publish"], self._publish, spec, by)

    def _begin(self, spec: Spec, by: Member, at: datetime) -> None:
        if not Shortlist.objects.filter(is_demo=True, title=spec["title"]).exists():
            chain, call = self._chains[spec["value_chain"]], Call.objects.filter(identifier=spec["call"]).first()
            told = {"title": spec["title"], "purpose": spec["purpose"]}
            create_shortlist(by=by, value_chain=chain, call=call, at=at, is_demo=True, **told)

    def _enter(self, spec: Spec, by: Member, entry: Spec, at: datetime) -> None:
        # Read again: what was kept at posting was still a draft.
        shortlist, idea = self._listed(spec), Idea.objects.get(pk=self.ideas[entry["idea"]].pk)
        if not shortlist.entries.filter(idea=idea).exists():
            add_to_shortlist(by=by, shortlist=shortlist, idea=idea, rationale=entry["rationale"], at=at)

    def _open_round(self, spec: Spec, by: Member, at: datetime) -> None:
        open_demo_round(self._listed(spec), spec["round"], by=by, now=self.now, at=at)

    def _ask_reviewer(self, spec: Spec, by: Member, entry: Spec, said: Spec, at: datetime) -> None:
        listed = self._listed(spec).entries.get(idea=self.ideas[entry["idea"]].pk)
        ask_demo_reviewer(listed, reviewer=self._members[said["by"]], by=by, at=at)

    def _review(self, spec: Spec, entry: Spec, said: Spec, at: datetime) -> None:
        listed = self._listed(spec).entries.get(idea=self.ideas[entry["idea"]].pk)
        write_demo_review(listed, said, by=self._members[said["by"]], at=at)

    def _meet(self, spec: Spec, by: Member, at: datetime) -> None:
        shortlist, title = self._listed(spec), spec["meeting"]["title"]
        if not shortlist.meetings.exists():
            hour = timezone.localtime(self.now).replace(hour=10, minute=0, second=0, microsecond=0)
            starts_at = hour + timedelta(days=spec["meeting"]["in_days"])
            plan_meeting(by=by, shortlist=shortlist, title=title, starts_at=starts_at, at=at)

    def _publish(self, spec: Spec, by: Member, at: datetime) -> None:
        publish_shortlist(by=by, shortlist=self._listed(spec), public_teaser=spec.get("public", False), at=at)

    def _decide(self, spec: Spec, by: Member, entry: Spec, at: datetime) -> None:
        listed, said = self._listed(spec).entries.get(idea=self.ideas[entry["idea"]].pk), entry["decision"]
        if not listed.decisions.exists():
            stage_decision(by=by, entry=listed, outcome=said["outcome"], text=said["text"], version=0, at=at)

    def _listed(self, spec: Spec) -> Shortlist:
        return Shortlist.objects.get(is_demo=True, title=spec["title"])
