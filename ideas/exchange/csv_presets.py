"""How known lists of calls are written in CSV; `csv_calls` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ideas.choices import Language, Level
from ideas.exchange.deadlines import Source

# Everything that a column may tell: the fields of CallRow, and the four that become deadlines.
FIELDS = (
    "identifier",
    "title",
    "level",
    "language",
    "funder",
    "programme",
    "call_identifier",
    "call_title",
    "action_type",
    "summary",
    "url",
    "source_status",
    "languages",
    "budget_total",
    "budget_min",
    "budget_max",
    "expected_grants",
    "trl_min",
    "trl_max",
    "opens",
    "closes",
    "closes_2",
    "model",
)


@dataclass(frozen=True)
class Preset:
    """How a list is written: `columns` {field: header}; `defaults` {field: value} where no column tells it.

    Fields beside those of CallRow: opens, closes, closes_2 (second stage), model. `prefix` makes an identifier from
    the column's value, or from the title where the list has none. `partial_dates`: lists that tell one date of many.
    `prose_money`: lists that write amounts in words here and there, which are then left out.
    """

    columns: Mapping[str, str]
    source: Source
    defaults: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    partial_dates: bool = False
    prose_money: bool = False


PRESETS: dict[str, Preset] = {
    "eu-topics": Preset(
        columns={
            "identifier": "topicId",
            "title": "title",
            "programme": "programme",
            "call_identifier": "callIdentifier",
            "call_title": "callTitle",
            "action_type": "typesOfAction",
            "model": "deadlineModel",
            "source_status": "callStatus",
            "closes": "deadline",
            "budget_min": "budgetMin",
            "budget_max": "budgetMax",
            "expected_grants": "expectedGrants",
            "url": "portalUrl",
        },
        source=Source.EU_TOPIC,
        defaults={"level": Level.EUROPEAN, "funder": "European Commission", "language": Language.EN},
        partial_dates=True,
    ),
    "horizon-topics": Preset(
        columns={
            "identifier": "identifier",
            "title": "title",
            "opens": "openDate",
            "closes": "closeDate",
            "closes_2": "s2Date",
            "model": "process",
        },
        source=Source.EU_TOPIC,
        defaults={
            "level": Level.EUROPEAN,
            "funder": "European Commission",
            "programme": "Horizon Europe",
            "language": Language.EN,
        },
    ),
    "incentivi": Preset(
        columns={
            "identifier": "ID_Incentivo",
            "title": "Titolo",
            "summary": "Descrizione",
            "opens": "Data_apertura",
            "closes": "Data_chiusura",
            "model": "Note_di_apertura_chiusura",
            "action_type": "Forma_agevolazione",
            "budget_total": "Stanziamento_incentivo",
            "url": "Link_istituzionale",
        },
        source=Source.NATIONAL,
        defaults={"level": Level.NATIONAL, "language": Language.IT},
        prefix="INCENTIVI-",
        prose_money=True,
    ),
    "pa-digitale": Preset(
        columns={
            "title": "titolo",
            "programme": "misura",
            "opens": "data_inizio_bando",
            "closes": "data_fine_bando",
            "source_status": "stato",
            "budget_total": "totale_importo_stanziato",
        },
        source=Source.NATIONAL,
        defaults={"level": Level.NATIONAL, "funder": "Dipartimento per la trasformazione digitale", "language": "it"},
        prefix="PA-DIGITALE-",
        prose_money=True,
    ),
    "csv": Preset(
        columns={name: name for name in FIELDS},
        source=Source.NATIONAL,
        defaults={"level": Level.OTHER, "language": Language.IT},
    ),
}
