"""Addresses of the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from ideas.api.affiliations import AffiliationRequestViewSet, AffiliationViewSet
from ideas.api.annexes import AnnexViewSet
from ideas.api.attachments import AttachmentViewSet, IdeaAttachmentViewSet
from ideas.api.calls import CallViewSet
from ideas.api.comments import CommentViewSet, IdeaCommentViewSet
from ideas.api.competences import CompetenceViewSet
from ideas.api.conflicts import ConflictViewSet
from ideas.api.decisions import DecisionViewSet, IdeaDecisionViewSet
from ideas.api.desk import DeskViewSet
from ideas.api.docs import DocsView, SchemaView, unknown
from ideas.api.following import FollowViewSet
from ideas.api.ideas import IdeaViewSet
from ideas.api.joining import JoinRequestViewSet
from ideas.api.meetings import MeetingViewSet
from ideas.api.merging import MergeViewSet
from ideas.api.network import NetworkViewSet
from ideas.api.organisations import OrganisationViewSet
from ideas.api.outlines import OutlineViewSet
from ideas.api.partners import LetterViewSet, SheetViewSet
from ideas.api.plans import PlanViewSet
from ideas.api.reviews import ReviewViewSet, RoundViewSet
from ideas.api.searches import SearchViewSet
from ideas.api.shortlists import ShortlistViewSet
from ideas.api.slots import IdeaSlotViewSet, SlotViewSet
from ideas.api.suggestions import GapViewSet, IdeaSuggestionViewSet, PartnerSuggestionViewSet
from ideas.api.taxonomy import KetViewSet, ValueChainViewSet
from ideas.api.units import UnitViewSet

router = SimpleRouter()
router.register("v1/ideas/(?P<id>[^/]+)/attachments", IdeaAttachmentViewSet, basename="idea-attachment")
router.register("v1/ideas/(?P<id>[^/]+)/comments", IdeaCommentViewSet, basename="idea-comment")
router.register("v1/ideas/(?P<id>[^/]+)/plan", PlanViewSet, basename="idea-plan")
router.register("v1/ideas/(?P<id>[^/]+)/slots", IdeaSlotViewSet, basename="idea-slot")
router.register("v1/ideas", IdeaViewSet, basename="idea")
router.register("v1/attachments", AttachmentViewSet, basename="attachment")
router.register("v1/comments", CommentViewSet, basename="comment")
router.register("v1/calls", CallViewSet, basename="call")
router.register("v1/outlines", OutlineViewSet, basename="outline")
router.register("v1/following", FollowViewSet, basename="follow")
router.register("v1/value-chains", ValueChainViewSet, basename="value-chain")
router.register("v1/kets", KetViewSet, basename="ket")
router.register("v1/organisations/(?P<id>[^/]+)/units", UnitViewSet, basename="unit")
router.register("v1/affiliations", AffiliationViewSet, basename="affiliation")
router.register("v1/affiliation-requests", AffiliationRequestViewSet, basename="affiliation-request")
router.register("v1/network", NetworkViewSet, basename="network")
router.register("v1/organisations", OrganisationViewSet, basename="organisation")
router.register("v1/competences", CompetenceViewSet, basename="competence")
router.register("v1/join-requests", JoinRequestViewSet, basename="join-request")
router.register("v1/slots", SlotViewSet, basename="slot")
router.register("v1/merges", MergeViewSet, basename="merge")
router.register("v1/searches", SearchViewSet, basename="search")
router.register("v1/shortlists", ShortlistViewSet, basename="shortlist")
router.register("v1/reviews", ReviewViewSet, basename="review")
router.register("v1/conflicts", ConflictViewSet, basename="conflict")
router.register("v1/meetings", MeetingViewSet, basename="meeting")

review_round = RoundViewSet.as_view({"get": "retrieve", "put": "update"})
review_results = RoundViewSet.as_view({"get": "results", "post": "ask"})

decisions = DecisionViewSet.as_view({"get": "list"})
decision = DecisionViewSet.as_view({"put": "stage", "delete": "withdraw"})
publishing = DecisionViewSet.as_view({"post": "publish"})

annex = AnnexViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"})

sheet = SheetViewSet.as_view({"get": "retrieve"})
line = SheetViewSet.as_view({"patch": "partial_update"})
letter = LetterViewSet.as_view({"post": "create"})

partner_suggestions = PartnerSuggestionViewSet.as_view({"get": "list", "post": "create"})
idea_suggestions = IdeaSuggestionViewSet.as_view({"get": "list", "post": "create"})

pages: list[URLPattern | URLResolver] = [
    # Before the steps of requests: the last one takes a file.
    path("v1/join-requests/<str:id>/sign/", letter, name="join-request-sign"),
    *router.urls,
    path("v1/ideas/<str:id>/sheet/", sheet, name="idea-sheet"),
    path("v1/ideas/<str:id>/sheet/<str:organisation>/", line, name="idea-sheet-line"),
    path("v1/ideas/<str:id>/decisions/", IdeaDecisionViewSet.as_view({"get": "list"}), name="idea-decisions"),
    path("v1/shortlists/<str:id>/round/", review_round, name="round-detail"),
    path("v1/shortlists/<str:id>/reviews/", review_results, name="round-reviews"),
    path("v1/shortlists/<str:id>/decisions/", decisions, name="decision-list"),
    path("v1/shortlists/<str:id>/decisions/publish/", publishing, name="decision-publish"),
    path("v1/shortlists/<str:id>/entries/<str:entry>/decision/", decision, name="decision-detail"),
    path("v1/ideas/<str:id>/annex/", annex, name="idea-annex"),
    path("v1/ideas/<str:id>/partners/", partner_suggestions, name="suggestion-partners"),
    path("v1/organisations/<str:id>/ideas/", idea_suggestions, name="suggestion-ideas"),
    path("v1/desk/", DeskViewSet.as_view({"get": "list"}), name="desk"),
    path("v1/gaps/", GapViewSet.as_view({"get": "list"}), name="suggestion-gaps"),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="api:schema"), name="docs"),
    # An address that is none answers as an unknown id does: in JSON, with the same code.
    path("v1/<path:rest>", unknown, name="unknown"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((pages, "api")))]
