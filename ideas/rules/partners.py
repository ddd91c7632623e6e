"""Who fills in an organisation's line of the consortium sheet, and who may have its letter.

Who may see the sheet is `queries.partners.sheets_visible_to`.
"""

from dataclasses import dataclass

from ideas.choices import IDEA_COMMENTABLE, AffiliationRole
from ideas.models import Idea, Member, Organisation
from ideas.rules.ideas import is_author


@dataclass(frozen=True)
class Rights:
    """What a member of the team may do with the lines of an idea's sheet: read once, asked for each line."""

    idea: Idea
    is_author: bool
    administered: frozenset[int]
    own: frozenset[int]

    @property
    def is_open(self) -> bool:
        """Whether anything may still be filled in: the idea isn't withdrawn or merged."""
        return self.idea.state in IDEA_COMMENTABLE

    def can_fill_in(self, organisation: Organisation) -> bool:
        """Budget and person-months: the organisation's administrators, and the idea's authors."""
        return self.is_open and (self.is_author or organisation.pk in self.administered)

    def can_name_contact(self, organisation: Organisation) -> bool:
        """The organisation's administrators; of the one that proposes the idea also those authors who work there."""
        proposes = self.is_author and organisation.pk == self.idea.organisation_id and organisation.pk in self.own
        return self.is_open and (proposes or organisation.pk in self.administered)

    def can_have_letter(self, organisation: Organisation) -> bool:
        """A letter of intent to be signed: the organisation's people, and the authors, to whom it is addressed."""
        return self.is_author or organisation.pk in self.own


def rights_on(member: Member, idea: Idea) -> Rights:
    """Read what the member may do with an idea's sheet, in two queries."""
    places = list(member.affiliations.values_list("organisation_id", "role"))
    return Rights(
        idea,
        is_author(member, idea),
        frozenset(pk for pk, role in places if role == AffiliationRole.ADMINISTRATOR),
        frozenset(pk for pk, _role in places),
    )
