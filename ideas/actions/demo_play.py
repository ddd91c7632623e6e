"""What happens in the demo, in the order of time; who and what is there from the start is in demo.py."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from ideas.actions.annexes import open_annex, write_annex
from ideas.actions.attachments import add_attachment
from ideas.actions.comments import post_comment
from ideas.actions.demo_lists import ListPlay
from ideas.actions.demo_stage import Event, Spec, Stage
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
from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.actions.partners import fill_in_line, sign_letter
from ideas.actions.plans import make_plan, tick_milestone
from ideas.actions.slots import add_slot
from ideas.choices import CommentAudience, Commitment, IdeaState, JoinState, MergeState, Scheme
from ideas.data import FOLDER, read_json
from ideas.data.demo_files import make_pdf, make_sketch
from ideas.exchange.ideas import PLAIN
from ideas.models import Annex, Call, Comment, Idea, JoinRequest, Member, Term

# The state in which a request must be for a step; in any other the step was played before.
STEPS: dict[str, tuple[str, Callable[..., JoinRequest], dict[str, Any]]] = {
    "authorise": (JoinState.UNAUTHORISED, authorise_join_request, {}),
    "accept": (JoinState.PENDING, accept_join_request, {}),
    "decline": (JoinState.PENDING, decline_join_request, {}),
    "waitlist": (JoinState.PENDING, decline_join_request, {"waitlist": True}),
    "withdraw": (JoinState.PENDING, withdraw_join_request, {}),
    "remove": (JoinState.ACCEPTED, remove_partner, {}),
}


def kets_of(codes: list[str]) -> list[Term]:
    return list(Term.objects.filter(scheme=Scheme.KET_2018, code__in=codes))


class Play(Stage):
    """What happens in the demo, as events in time. Each one does nothing where it was played before."""

    def events(self) -> Iterator[Event]:
        """List every event, in no order."""
        for file in sorted((FOLDER / "demo").glob("ideas-*.json")):
            for spec in read_json(f"demo/{file.name}"):
                yield from self._idea(spec)
        yield from ListPlay(self).events()

    def _idea(self, spec: Spec) -> Iterator[Event]:
        key, by = spec["key"], self.members[spec["by"]]
        yield self.event(spec["ago"], self._post, spec)
        for slot in spec["slots"]:
            yield self.event(spec["ago"], self._add_slot, key, by, slot)
        for step in spec["states"]:
            yield self.event(step["ago"], self._change_state, spec, step)
        for request in spec["requests"]:
            yield from self._request(spec, request)
        if "plan" in spec:
            yield self.event(spec["plan"]["ago"], self._plan, key, by)
            for tick in spec["plan"]["ticks"]:
                yield self.event(tick["ago"], self._tick, key, tick)
        for number, file in enumerate(spec.get("files", ()), start=1):
            yield self.event(file["ago"], self._attach, key, file, f"demo-{number}")
        for line in spec.get("sheet", ()):
            yield self.event(line["ago"], self._fill_in, key, line)
        if "annex" in spec:
            yield self.event(spec["annex"]["ago"], self._write_annex, key, by, spec["annex"]["text"])
            for opening in spec["annex"]["opened"]:
                yield self.event(opening["ago"], self._open_annex, key, self.members[opening["by"]])
        for number, comment in enumerate(spec["comments"], start=1):
            yield from self._comment(key, comment, f"demo-{key}-{number}")
        for number, comment in enumerate(spec.get("room", ()), start=1):
            yield from self._comment(key, comment, f"demo-{key}-room-{number}", audience=CommentAudience.PARTNERS)

    def _post(self, spec: Spec, at: datetime) -> None:
        known = Idea.objects.filter(is_demo=True, title=spec["title"]).first()
        self.ideas[spec["key"]] = known or post_idea(
            by=self.members[spec["by"]], content=self._content(spec), at=at, is_demo=True
        )

    def _content(self, spec: Spec) -> dict[str, Any]:
        by, today = self.members[spec["by"]], self.now.date()
        content = {name: spec[name] for name in PLAIN if name in spec}
        for name, days in (("interest_until", "interest_in"), ("valid_until", "valid_in")):
            content[name] = today + timedelta(days=spec[days]) if days in spec else None
        return {
            **content,
            "value_chain": self.chains[spec["chain"]],
            "other_chains": [self.chains[slug] for slug in spec["others"]],
            "kets": kets_of(spec["kets"]),
            "s3_area": Term.objects.get(scheme=Scheme.S3, code=spec["s3"]),
            "call": self._call(spec),
            "organisation": by.organisations.first(),
            "authors": [by, *(self.members[key] for key in spec.get("authors", ()))],
            "invited": [self.members[key] for key in spec.get("invited", ())],
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
        by, reason = self.members[spec["by"]], step.get("reason", "")
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
            tick_milestone(by=self.members[tick["by"]], milestone=milestone, done=True, at=at)

    def _attach(self, key: str, file: Spec, client_id: str, at: datetime) -> None:
        content = ContentFile(make_pdf(file["lines"]) if "lines" in file else make_sketch())
        by, told = self.members[file["by"]], {name: file[name] for name in ("name", "audience")}
        add_attachment(by=by, idea=self.ideas[key], file=content, client_id=client_id, at=at, **told)

    def _write_annex(self, key: str, by: Member, source: str, at: datetime) -> None:
        if not Annex.objects.filter(idea=self.ideas[key], version__gte=1).exists():
            write_annex(by=by, idea=self.ideas[key], source=source, version=0, at=at)

    def _open_annex(self, key: str, by: Member, at: datetime) -> None:
        annex = Annex.objects.select_related("idea").get(idea=self.ideas[key])
        if not annex.openings.filter(member=by).exists():
            open_annex(by=by, annex=annex, at=at)

    def _request(self, idea: Spec, spec: Spec) -> Iterator[Event]:
        yield self.event(spec["ago"], self._ask, idea, spec)
        for step in spec["then"]:
            play = self._commit if step["step"] in ("confirm", "sign") else self._answer
            yield self.event(step["ago"], play, idea["key"], spec, step)

    def _ask(self, idea: Spec, spec: Spec, at: datetime) -> None:
        row, organisation = self.ideas[idea["key"]], self.organisations[spec["organisation"]]
        if row.join_requests.filter(organisation=organisation).exists():
            return
        expertise = idea["slots"][spec["slot"]]["expertise"] if spec["slot"] is not None else None
        begin: Callable[..., JoinRequest] = invite_organisation if spec.get("invites") else ask_to_join
        begin(
            by=self.members[spec["by"]],
            idea=row,
            organisation=organisation,
            slot=row.slots.filter(expertise=expertise).first(),
            at=at,
            **{name: spec[name] for name in ("contribution", "message", "can_coordinate", "role") if name in spec},
        )

    def _answer(self, key: str, spec: Spec, step: Spec, at: datetime) -> None:
        request = self.ideas[key].join_requests.get(organisation=self.organisations[spec["organisation"]])
        state, action, extra = STEPS[step["step"]]
        if request.state == state:
            told = {"reason": step["reason"]} if "reason" in step else {}
            action(by=self.members[step["by"]], request=request, at=at, **told, **extra)

    def _commit(self, key: str, spec: Spec, step: Spec, at: datetime) -> None:
        request = self.ideas[key].join_requests.get(organisation=self.organisations[spec["organisation"]])
        by = self.members[step["by"]]
        if step["step"] == "sign" and request.commitment == Commitment.CONFIRMED:
            told = {"name": step["name"], "client_id": f"demo-letter-{key}"}
            sign_letter(by=by, request=request, file=ContentFile(make_pdf(step["lines"])), at=at, **told)
        elif step["step"] == "confirm" and request.commitment == Commitment.INTERESTED:
            commit_partner(by=by, request=request, commitment=Commitment.CONFIRMED, at=at)

    def _fill_in(self, key: str, line: Spec, at: datetime) -> None:
        idea, organisation = self.ideas[key], self.organisations[line["organisation"]]
        if idea.partner_sheets.filter(organisation=organisation).exists():
            return
        content = {"budget_eur": line["budget_eur"], "person_months": Decimal(line["person_months"])}
        if "contact" in line:
            content["contact"] = self.members[line["contact"]]
        by = self.members[line["by"]]
        fill_in_line(by=by, idea=idea, organisation=organisation, content=content, version=0, at=at)

    def _comment(
        self, key: str, spec: Spec, client_id: str, above: str = "", audience: str = CommentAudience.ALL
    ) -> Iterator[Event]:
        yield self.event(spec["ago"], self._say, key, spec, client_id, above, audience)
        for number, reply in enumerate(spec.get("replies", ()), start=1):
            yield from self._comment(key, reply, f"{client_id}-{number}", client_id, audience)

    def _say(self, key: str, spec: Spec, client_id: str, above: str, audience: str, at: datetime) -> None:
        by, idea = self.members[spec["by"]], self.ideas[key]
        # By its own id alone: the idea may have gone into another one since.
        parent = Comment.objects.get(idea__is_demo=True, client_id=above) if above else None
        said = {"body": spec["body"], "client_id": client_id, "audience": audience}
        post_comment(by=by, idea=idea, parent=parent, at=at, **said)
