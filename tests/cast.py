"""The fixed cast of every test: who owns, who joins, who must not see."""

import pytest
from django.test import Client

from ideas.choices import AffiliationRole, OrganisationKind, Visibility
from ideas.models import Idea, JoinRequest, Member, Organisation, Review, Shortlist, ShortlistEntry, ValueChain
from tests.factories import (
    affiliate,
    make_chain,
    make_idea,
    make_join_request,
    make_ket,
    make_member,
    make_organisation,
    make_partner,
    make_review,
    make_round,
    make_shortlist,
)


@pytest.fixture
def chain(db: None) -> ValueChain:
    """The value chain in which things happen."""
    return make_chain("MOVES")


@pytest.fixture
def other_chain(db: None) -> ValueChain:
    """The value chain of the outsider."""
    return make_chain("NAUTICA")


@pytest.fixture
def laboratory(db: None) -> Organisation:
    """The researcher's organisation."""
    return make_organisation("Laboratory", kind=OrganisationKind.RESEARCH, accredited=True)


@pytest.fixture
def firm(db: None) -> Organisation:
    """The company that joins."""
    return make_organisation("Firm", kind=OrganisationKind.SME)


@pytest.fixture
def researcher(chain: ValueChain, laboratory: Organisation) -> Member:
    """The author of ideas."""
    member = make_member("Ada Researcher", email="researcher@example.org")
    affiliate(member, laboratory, AffiliationRole.ADMINISTRATOR)
    chain.members.add(member)
    make_ket("AI")
    return member


@pytest.fixture
def company(chain: ValueChain, firm: Organisation) -> Member:
    """A plain member of the firm."""
    member = make_member("Carlo Company", email="company@example.org")
    affiliate(member, firm)
    chain.members.add(member)
    return member


@pytest.fixture
def administrator(firm: Organisation) -> Member:
    """The administrator of the firm."""
    member = make_member("Anna Administrator", email="administrator@example.org")
    affiliate(member, firm, AffiliationRole.ADMINISTRATOR)
    return member


@pytest.fixture
def outsider(other_chain: ValueChain) -> Member:
    """A member of the cluster who is in another chain and another organisation."""
    member = make_member("Olga Outsider", email="outsider@example.org")
    affiliate(member, make_organisation("Elsewhere"), AffiliationRole.ADMINISTRATOR)
    other_chain.members.add(member)
    return member


@pytest.fixture
def lead(chain: ValueChain) -> Member:
    """The lead of the value chain."""
    member = make_member("Luca Lead", email="lead@example.org")
    chain.leads.add(member)
    return member


@pytest.fixture
def staff(db: None) -> Member:
    """Cluster staff."""
    return make_member("Stella Staff", email="staff@example.org", is_staff=True)


@pytest.fixture
def idea(researcher: Member, chain: ValueChain) -> Idea:
    """An open idea that every member sees."""
    return make_idea(researcher, chain=chain, title="Open idea")


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, idea: Idea) -> Shortlist:
    """A list of one idea, with a round of reviews."""
    shortlist = make_shortlist(lead, chain, idea)
    make_round(lead, shortlist)
    return shortlist


@pytest.fixture
def entry(shortlist: Shortlist) -> ShortlistEntry:
    """The only one on that list."""
    return shortlist.entries.get()


@pytest.fixture
def review(lead: Member, shortlist: Shortlist, idea: Idea, company: Member) -> Review:
    """Asked of the company, which has nothing to do with the idea."""
    return make_review(lead, shortlist, idea, company)


@pytest.fixture
def other_author(chain: ValueChain) -> Member:
    """Who writes the idea into which the researcher's goes."""
    member = make_member("Otto Other", email="other@example.org")
    chain.members.add(member)
    return member


@pytest.fixture
def into(other_author: Member, chain: ValueChain) -> Idea:
    """The idea that takes the researcher's in."""
    return make_idea(other_author, chain=chain, title="Wider idea")


@pytest.fixture
def secret(researcher: Member, chain: ValueChain) -> Idea:
    """An open idea that only its author sees. CANARY stands in every field that could leak."""
    canary = {
        name: f"CANARY {name}"
        for name in ("title", "teaser", "problem", "approach", "expected_result", "advantage", "keywords", "geography")
    }
    return make_idea(
        researcher, chain=chain, acronym="CANARY", visibility=Visibility.PRIVATE, public_teaser=True, **canary
    )


def signed_in(member: Member | None) -> Client:
    """A browser without JavaScript, signed in as somebody (None: a visitor)."""
    client = Client()
    if member:
        client.force_login(member, backend="ideas.pages.signed_in.MemberBackend")
    return client


@pytest.fixture
def partner(idea: Idea, administrator: Member, company: Member, firm: Organisation) -> JoinRequest:
    """The firm is a partner of the open idea; administrator and company are its people."""
    return make_partner(idea, administrator, firm)


@pytest.fixture
def asker(idea: Idea) -> Member:
    """The administrator of an organisation that asked to join and waits."""
    member, organisation = make_member("Asta Asker"), make_organisation("Asking")
    affiliate(member, organisation, AffiliationRole.ADMINISTRATOR)
    make_join_request(idea, member, organisation)
    return member
