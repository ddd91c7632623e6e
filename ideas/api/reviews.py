"""Reviews by the API: for leads the round of a list, who is asked and what it comes to; for reviewers their own."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.reviewers import ask_by_rule, ask_reviewers, set_round, take_back_review
from ideas.actions.reviews import (
    MAX_REASON_CHARS,
    Opinion,
    begin_review,
    decline_review,
    finish_review,
    reopen_review,
    save_review,
)
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.fields import BIG, IdField
from ideas.choices import Confidence, ReviewScheme, ScoresShown
from ideas.errors import NotAllowed
from ideas.models import Member, Review, ReviewRound, Shortlist, ShortlistEntry
from ideas.queries.reviews import (
    free_to_review,
    own_reviews,
    readable_reviews,
    reviews_concerning,
    round_of,
    summaries,
    without_asides,
)
from ideas.queries.shortlists import entries_seen, shortlists_visible_to
from ideas.rules.reviews import MARKS, MOST_REVIEWERS
from ideas.rules.shortlists import can_curate
from ideas.serializers.reviews import ReviewSerializer, RoundSerializer, SummarySerializer

LIST = in_path("id", "Id of the shortlist.", OpenApiTypes.INT)
REVIEW = in_path("id", "Id of the review.", OpenApiTypes.INT)


class RoundInput(serializers.Serializer[Any]):
    """`weights` are {code of a European criterion: from 0 to 5}, 1 where it isn't named; `own` are labels of criteria
    of the cluster's own.
    """

    scheme = serializers.ChoiceField(ReviewScheme.choices, default=ReviewScheme.SINGLE_STAGE)
    weights = serializers.DictField(
        child=serializers.DecimalField(max_digits=4, decimal_places=2, min_value=0), default=dict
    )
    own = serializers.ListField(child=serializers.CharField(max_length=300), max_length=20, default=list)
    due = serializers.DateTimeField(allow_null=True, default=None)
    scores_shown = serializers.ChoiceField(ScoresShown.choices, default=ScoresShown.NONE)


class AskInput(serializers.Serializer[Any]):
    """Members for one entry; or, by rule, how many from other organisations each idea of the list shall have."""

    entry = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    members = serializers.ListField(
        child=IdField(queryset=Member.objects.filter(is_active=True)), max_length=100, required=False
    )
    wanted = serializers.IntegerField(min_value=1, max_value=MOST_REVIEWERS, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if set(attrs) not in ({"wanted"}, {"entry", "members"}):
            raise serializers.ValidationError("Give either wanted, or entry and members.")
        return attrs


class BeginInput(serializers.Serializer[Any]):
    entry = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Id of the entry of a list.")


class OpinionInput(serializers.Serializer[Any]):
    """What isn't given stays as it is saved. `version` is the review's as it was read."""

    version = serializers.IntegerField(min_value=0, max_value=BIG)
    marks = serializers.DictField(child=serializers.ChoiceField(MARKS, allow_null=True), required=False)
    remarks = serializers.DictField(child=serializers.CharField(max_length=9_000, allow_blank=True), required=False)
    aside = serializers.CharField(max_length=9_000, allow_blank=True, required=False)
    confidence = serializers.ChoiceField(Confidence.choices, allow_blank=True, required=False)


class DeclineInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=3 * MAX_REASON_CHARS)


class RoundViewSet(ApiView):
    """How the ideas of a list are reviewed, for who curates it. Of ideas in which one has an interest there is
    nothing.
    """

    queryset = ReviewRound.objects.none()
    serializer_class = RoundSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(summary="Read by what the ideas of a list are reviewed", parameters=[LIST])
    def retrieve(self, request: Request, id: str) -> Response:
        made = round_of(self._list(id))
        if made is None:
            raise Http404
        return Response(RoundSerializer(made).data)

    @write(RoundInput, RoundSerializer, "Say by what the ideas of a list are reviewed, and until when", LIST)
    def update(self, request: Request, id: str) -> Response:
        content = self.read(RoundInput).validated_data
        made = set_round(by=self.member, shortlist=self._list(id), at=self.at, **content)
        return Response(RoundSerializer(made).data)

    @extend_schema(
        operation_id="shortlists_reviews_list", summary="Read what the reviews of each entry come to",
        parameters=[LIST], responses=SummarySerializer(many=True),
    )  # fmt: skip
    def results(self, request: Request, id: str) -> Response:
        return self._results(self._list(id))

    @write(AskInput, SummarySerializer(many=True), "Ask members for reviews, by name or by rule", LIST)  # type: ignore[arg-type]  # a list of them
    def ask(self, request: Request, id: str) -> Response:
        shortlist, asked = self._list(id), self.read(AskInput).validated_data
        if "wanted" in asked:
            ask_by_rule(by=self.member, shortlist=shortlist, wanted=asked["wanted"], at=self.at)
        else:
            entry = find(_entries(self.member).filter(shortlist=shortlist), str(asked["entry"]))
            ask_reviewers(by=self.member, entry=entry, members=asked["members"], at=self.at)
        return self._results(shortlist)

    def _list(self, key: str) -> Shortlist:
        shortlist = find(shortlists_visible_to(self.viewer).select_related("value_chain"), key)
        if not can_curate(self.member, shortlist.value_chain):
            raise NotAllowed
        return shortlist

    def _results(self, shortlist: Shortlist) -> Response:
        entries = _entries(self.member).filter(shortlist=shortlist).order_by("position")
        found = summaries(entries, self.member)
        reviews: dict[int, list[Review]] = {pk: [] for pk in found}
        for review in reviews_concerning(self.member).filter(entry__in=found).order_by("id"):
            reviews[review.entry_id].append(review)
        rows = [{"entry": pk, "summary": one, "reviewers": reviews[pk]} for pk, one in found.items()]
        return Response(SummarySerializer(rows, many=True).data)


def _entries(member: Member) -> QuerySet[ShortlistEntry]:
    """Select the entries that a member sees and whose reviews may concern them."""
    seen = entries_seen(member).filter(idea__in=free_to_review(member).values("id"))
    return seen.select_related("shortlist__value_chain", "idea")


@extend_schema_view(retrieve=extend_schema(summary="Read a review", parameters=[REVIEW]))
class ReviewViewSet(ApiView):
    """Reviews that one may read: one's own; others' that are done, for who curates the list or has reviewed the idea,
    once their own is done.
    """

    queryset = Review.objects.none()
    serializer_class = ReviewSerializer
    permission_classes = [IsAuthenticated]
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"
    ordering = "-id"

    def get_queryset(self) -> QuerySet[Review]:
        return readable_reviews(self.member)

    @lists(ReviewSerializer, "List one's own reviews, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(own_reviews(self.member).select_related("reviewer").order_by("-id"), ReviewSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return self._answer(id)

    @write(BeginInput, ReviewSerializer, "Begin a review that nobody asked for, as a lead", status=201)
    def create(self, request: Request) -> Response:
        seen = _entries(self.member).filter(shortlist__in=shortlists_visible_to(self.viewer).values("id"))
        entry = find(seen, str(self.read(BeginInput).validated_data["entry"]))
        review = begin_review(by=self.member, entry=entry, at=self.at)
        return self._answer(str(review.pk), status=201)

    @write(OpinionInput, ReviewSerializer, "Save a review, complete or not", REVIEW)
    def partial_update(self, request: Request, id: str) -> Response:
        review = self._own(id)
        save_review(by=self.member, review=review, at=self.at, **self._opinion(review))
        return self._answer(id)

    @write(OpinionInput, ReviewSerializer, "Hand a review in", REVIEW)
    @action(detail=True, methods=["post"], url_path="done", pagination_class=None)
    def done(self, request: Request, id: str) -> Response:
        review = self._own(id)
        finish_review(by=self.member, review=review, at=self.at, **self._opinion(review))
        return self._answer(id)

    @write(None, ReviewSerializer, "Take a review up again", REVIEW)
    @action(detail=True, methods=["post"], url_path="reopen", pagination_class=None)
    def reopen(self, request: Request, id: str) -> Response:
        reopen_review(by=self.member, review=self._own(id), at=self.at)
        return self._answer(id)

    @write(DeclineInput, ReviewSerializer, "Say no to a review", REVIEW)
    @action(detail=True, methods=["post"], url_path="decline", pagination_class=None)
    def decline(self, request: Request, id: str) -> Response:
        reason = self.read(DeclineInput).validated_data["reason"]
        decline_review(by=self.member, review=self._own(id), reason=reason, at=self.at)
        return self._answer(id)

    @write(None, None, "Ask for a review no longer", REVIEW, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        take_back_review(by=self.member, review=find(reviews_concerning(self.member), id), at=self.at)
        return Response(status=204)

    def _own(self, key: str) -> Review:
        return find(self.get_queryset().filter(reviewer=self.member), key)

    def _opinion(self, review: Review) -> dict[str, Any]:
        """Take what is given over what is saved: {opinion, version}."""
        given = dict(self.read(OpinionInput).validated_data)
        version = given.pop("version")
        saved = {name: getattr(review, name) for name in ("marks", "remarks", "aside", "confidence")}
        return {"opinion": Opinion(**{**saved, **given}), "version": version}

    def _answer(self, key: str, status: int = 200) -> Response:
        [review] = without_asides([find(self.get_queryset(), key)], self.member)
        return Response(ReviewSerializer(review).data, status=status)
