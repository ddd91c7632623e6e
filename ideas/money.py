"""How a sum of money is shown, everywhere alike."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def euros(amount: Decimal | int) -> str:
    """Say a sum as the reader's language writes it; cents only where there are any."""
    return _("€%(amount)s") % {"amount": number_format(amount, 0 if amount == int(amount) else 2, force_grouping=True)}
