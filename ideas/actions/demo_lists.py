"""What happens to the lists of the demo, from their beginning to what is decided."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from ideas.actions.decisions import stage_decision
from ideas.actions.demo_stage import Event, Spec, Stage
from ideas.actions.meetings import plan_meeting
from ideas.actions.reviewers import ask_reviewers, set_round
from ideas.actions.reviews import Opinion, finish_review
from ideas.actions.shortlists import add_to_shortlist, create_shortlist, publish_shortlist
from ideas.choices import ReviewState
from ideas.data import read_json
from ideas.models import Call, Idea, Member, Shortlist, ShortlistEntry
from ideas.queries.reviews import round_of
from ideas.rules.reviews import criteria_of


class ListPlay:
    """What happens to the lists of the demo. Each event does nothing where it was played before."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def events(self) -> Iterator[Event]:
        """List every event, in no order."""
        for spec in read_json("demo/shortlists.json"):
            yield from self._list(spec)

    def _list(self, spec: Spec) -> Iterator[Event]:
        by = self._stage.members[spec["by"]]
        yield self._stage.event(spec["ago"], self._begin, spec, by)
        if "round" in spec:
            yield self._stage.event(spec["round"]["ago"], self._open_round, spec, by)
        for entry in spec["entries"]:
            # A lead with an interest in an idea leaves it to somebody else.
            adder = self._stage.members[entry.get("by", spec["by"])]
            yield self._stage.event(entry["ago"], self._enter, spec, adder, entry)
            for said in entry.get("reviews", ()):
                yield self._stage.event(said["asked"], self._ask_reviewer, spec, adder, entry, said)
                if "ago" in said:
                    yield self._stage.event(said["ago"], self._review, spec, entry, said)
            if "decision" in entry:
                yield self._stage.event(entry["decision"]["ago"], self._decide, spec, adder, entry)
        if "meeting" in spec:
            yield self._stage.event(spec["meeting"]["ago"], self._meet, spec, by)
        if spec["publish"]:
            yield self._stage.event(spec["publish"], self._publish, spec, by)

    def _begin(self, spec: Spec, by: Member, at: datetime) -> None:
        if not Shortlist.objects.filter(is_demo=True, title=spec["title"]).exists():
            chain, call = self._stage.chains[spec["value_chain"]], Call.objects.filter(identifier=spec["call"]).first()
            told = {"title": spec["title"], "purpose": spec["purpose"]}
            create_shortlist(by=by, value_chain=chain, call=call, at=at, is_demo=True, **told)

    def _enter(self, spec: Spec, by: Member, entry: Spec, at: datetime) -> None:
        # Read again: what was kept at posting was still a draft.
        shortlist, idea = self._listed(spec), Idea.objects.get(pk=self._stage.ideas[entry["idea"]].pk)
        if not shortlist.entries.filter(idea=idea).exists():
            add_to_shortlist(by=by, shortlist=shortlist, idea=idea, rationale=entry["rationale"], at=at)

    def _open_round(self, spec: Spec, by: Member, at: datetime) -> None:
        shortlist, said = self._listed(spec), spec["round"]
        if round_of(shortlist) is None:
            due = self._stage.now.replace(hour=17, minute=0, second=0, microsecond=0)
            due += timedelta(days=said["due_in_days"])
            set_round(by=by, shortlist=shortlist, own=said["own"], due=due, scores_shown=said["scores_shown"], at=at)

    def _ask_reviewer(self, spec: Spec, by: Member, entry: Spec, said: Spec, at: datetime) -> None:
        listed, reviewer = self._entry(spec, entry), self._stage.members[said["by"]]
        if not listed.reviews.filter(reviewer=reviewer).exists():
            ask_reviewers(by=by, entry=listed, members=[reviewer], at=at)

    def _review(self, spec: Spec, entry: Spec, said: Spec, at: datetime) -> None:
        listed, by = self._entry(spec, entry), self._stage.members[said["by"]]
        review = listed.reviews.get(reviewer=by)
        if review.state != ReviewState.ASKED:
            return
        codes = [one.code for one in criteria_of(listed.shortlist.round)]
        opinion = Opinion(
            marks=dict(zip(codes, said["marks"], strict=True)),
            remarks=dict(zip(codes, said["remarks"], strict=False)),
            aside=said["aside"],
            confidence=said["confidence"],
        )
        finish_review(by=by, review=review, opinion=opinion, version=review.version, at=at)

    def _meet(self, spec: Spec, by: Member, at: datetime) -> None:
        shortlist, title = self._listed(spec), spec["meeting"]["title"]
        if not shortlist.meetings.exists():
            hour = timezone.localtime(self._stage.now).replace(hour=10, minute=0, second=0, microsecond=0)
            starts_at = hour + timedelta(days=spec["meeting"]["in_days"])
            plan_meeting(by=by, shortlist=shortlist, title=title, starts_at=starts_at, at=at)

    def _publish(self, spec: Spec, by: Member, at: datetime) -> None:
        publish_shortlist(by=by, shortlist=self._listed(spec), public_teaser=spec.get("public", False), at=at)

    def _decide(self, spec: Spec, by: Member, entry: Spec, at: datetime) -> None:
        listed, said = self._entry(spec, entry), entry["decision"]
        if not listed.decisions.exists():
            stage_decision(by=by, entry=listed, outcome=said["outcome"], text=said["text"], version=0, at=at)

    def _listed(self, spec: Spec) -> Shortlist:
        return Shortlist.objects.get(is_demo=True, title=spec["title"])

    def _entry(self, spec: Spec, entry: Spec) -> ShortlistEntry:
        return self._listed(spec).entries.get(idea=self._stage.ideas[entry["idea"]].pk)
