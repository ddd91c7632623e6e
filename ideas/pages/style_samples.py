"""What the style page shows: made-up ideas, calls, comments, forms and tables, in every state."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

CHAINS = [
    ("DAAMA", "gear", "Digital and advanced manufacturing"),
    ("A&RER", "arm", "Automation and robotics"),
    ("MOVES", "wheel", "Efficient, sustainable and intelligent engines and vehicles"),
    ("MAMMER", "lattice", "Advanced materials for motoring and mechatronics"),
    ("FLYER", "wing", "Avionics and aerospace"),
    ("NAUTICA", "hull", "Nautical and marine"),
    ("FLUIDPOWER", "piston", "Fluid power"),
    ("ELETTRICA", "cell", "Mobile electrification and batteries"),
]
IDEA_STATES = [
    ("draft", "Draft"),
    ("open", "Open"),
    ("needs_info", "Needs information"),
    ("preparing", "Preparing the proposal"),
    ("submitted", "Submitted"),
    ("funded", "Funded"),
    ("not_funded", "Not funded"),
    ("withdrawn", "Withdrawn"),
    ("merged", "Merged"),
    ("parked", "Parked"),
]
CALL_STATES = [
    ("forthcoming", "Forthcoming"),
    ("open", "Open"),
    ("closing_soon", "Closing soon"),
    ("between_stages", "Between stages"),
    ("closed", "Closed"),
    ("unknown", "No dates yet"),
]
COLOURS = [
    "paper",
    "surface",
    "sunken",
    "ink",
    "ink-soft",
    "ink-faint",
    "line",
    "hair",
    "signal",
    "petrol",
    "go",
    "warn",
]
TABS = [
    {"label": "Lista", "url": "#1", "current": True, "count": 24},
    {"label": "Calendario", "url": "#2"},
    {"label": "Linea del tempo", "url": "#3", "count": 0},
]
FACTS = [
    {"label": "Riferimento", "value": "JVL-2026-0042"},
    {"label": "Filiera", "value": "Automazione e robotica"},
    {"label": "Durata", "value": "36 mesi"},
    {"label": "Budget indicativo", "value": "1,2 M€"},
    {"label": "Proprietà intellettuale", "value": "Nessuna protezione"},
]
COLUMNS = [
    {"label": "Criterion"},
    {"label": "Score", "figure": True},
    {"label": "Threshold", "figure": True},
]
CRUMBS = [{"label": "Bandi", "url": "#"}, {"label": "Horizon Europe", "url": "#"}]
# (chain, title, acronym, language, state, its label, days left, open places, comments)
CARDS: list[tuple[int, str, str, str, str, str, int | None, int, int]] = [
    (0, "Gemello digitale per la rettifica di ingranaggi a coppia conica", "GEMMA", "it", "open", "Aperta", 23, 2, 14),
    (
        6, "Self-sensing hydraulic cylinders for off-road machines", "SENSYL", "en", "preparing",
        "Preparing the proposal", 4, 1, 108,
    ),
    (7, "Seconda vita dei moduli batteria per veicoli da lavoro", "", "it", "draft", "Bozza", None, 0, 0),
    (4, "Precipitevolissimevolmente" * 7 + "ABCDEFGHIJKLMNOPQR", "", "it", "submitted", "Inviata", -3, 0, 3),
]  # fmt: skip
TEASER = (
    "Un modello che segue la mola pezzo per pezzo e dice quando ravvivarla: meno scarti, meno fermate, "
    "elettroencefalograficamente dimostrabile su tre macchine di due costruttori con i dati che già raccolgono."
)
# (identifier, title, programme, level, status, its label, days left, kind of the deadline, ideas)
CALLS: list[tuple[str, str, str, str, str, str, int | None, str, int]] = [
    (
        "HORIZON-CL4-2027-TWIN-TRANSITION-01-02",
        "Zero-defect manufacturing through human-centred artificial intelligence (RIA)",
        "Horizon Europe", "European", "closing_soon", "Closing soon", 6, "First stage", 3,
    ),
    (
        "PR-FESR-ER-1.1.2",
        "Progetti di ricerca collaborativa delle imprese con i laboratori accreditati",
        "PR FESR 2021–2027", "Regional", "open", "Open", 48, "Deadline", 1,
    ),
    (
        "HORIZON-CL5-2027-D2-01",
        "Advanced battery management for mobile machinery",
        "Horizon Europe", "European", "forthcoming", "Forthcoming", None, "", 0,
    ),
]  # fmt: skip


class SampleForm(forms.Form):
    title = forms.CharField(label="Titolo", max_length=200, help_text="Che cosa farà il progetto, in una riga.")
    teaser = forms.CharField(
        label="In breve", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 400})
    )
    call = forms.ChoiceField(
        label="Bando", required=False, choices=[("", "Nessuno ancora"), ("1", "HORIZON-CL4-2027-TWIN-TRANSITION-01-02")]
    )
    expires = forms.DateField(label="Valida fino al", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    visibility = forms.ChoiceField(
        label="Chi la vede",
        choices=[("private", "Solo autori e invitati"), ("members", "Tutti i membri del cluster")],
        widget=forms.RadioSelect,
    )
    kets = forms.MultipleChoiceField(
        label="Tecnologie abilitanti",
        required=False,
        choices=[
            ("AMT", "Sistemi avanzati di produzione"),
            ("AI", "Intelligenza artificiale"),
            ("DSC", "Connessione e sicurezza digitale"),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text="Quelle che il progetto sviluppa, non tutte quelle che usa.",
    )
    public = forms.BooleanField(
        label="Anteprima pubblica", required=False, help_text="I visitatori vedono titolo e sintesi."
    )


def chain(index: int) -> dict[str, str]:
    code, glyph, name = CHAINS[index % len(CHAINS)]
    return {"code": code, "glyph": glyph, "name": name}


def cards(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "reference": f"JVL-2026-{number:04d}",
            "url": "#card",
            "title": title,
            "acronym": acronym,
            "teaser": TEASER,
            "language": language,
            "state": state,
            "state_label": label,
            "chain": chain(index),
            "kets": [
                {"code": "AMT", "name": "Advanced manufacturing technologies"},
                {"code": "AI", "name": "Artificial intelligence"},
            ],
            "closes_at": now + timedelta(days=left) if left is not None else None,
            "days_left": left,
            "urgent": left is not None and 0 <= left <= 7,
            "call_title": "HORIZON-CL4-2027-TWIN-TRANSITION-01-02" if left is not None else "",
            "open_slots": slots,
            "comment_count": comments,
            "is_demo": number < 44,
        }
        for number, (index, title, acronym, language, state, label, left, slots, comments) in enumerate(CARDS, 42)
    ]


def calls(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "url": "#call",
            "identifier": identifier,
            "title": title,
            "programme": programme,
            "level_label": level,
            "status": status,
            "status_label": label,
            "next_deadline": {
                "at": now + timedelta(days=left),
                "kind_label": kind,
                "days_left": left,
                "urgent": left < 8,
            }
            if left is not None
            else None,
            "idea_count": count,
        }
        for identifier, title, programme, level, status, label, left, kind, count in CALLS
    ]


def comments(now: datetime) -> list[dict[str, Any]]:
    html = (
        "<p>We could lend the test rig in Modena from March; the <strong>three-axis</strong> one, not the old one.</p>"
    )
    return [
        {
            "id": 1,
            "author_name": "Chiara Montanari",
            "author_initials": "CM",
            "organisation": "Laboratorio Rettifica",
            "html": html,
            "created_at": now - timedelta(hours=5),
            "edited": True,
            "mine": True,
        },
        {
            "id": 2,
            "author_name": "Paolo Ferri",
            "author_initials": "PF",
            "organisation": "Ferri Ingranaggi",
            "html": "<p>Da noi gira già su due linee. <em>Ne parliamo giovedì?</em></p>",
            "created_at": now - timedelta(minutes=12),
            "parent_id": 1,
        },
        {
            "id": 3,
            "author_name": "Sara Gatti",
            "author_initials": "SG",
            "organisation": "",
            "html": "",
            "created_at": now - timedelta(days=3),
            "deleted": True,
        },
    ]


def ruler_marks(now: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    days = [
        (2, "PR-FESR-ER-1.1.2"),
        (6, "HORIZON-CL4-2027-TWIN-TRANSITION-01-02"),
        (7, "DIGITAL-2027-AI-09"),
        (8, "EIC-2027-PATHFINDER"),
        (20, "HORIZON-CL5-2027-D2-01"),
        (20, "HORIZON-CL5-2027-D2-02"),
        (20, "HORIZON-CL5-2027-D3-07"),
        (21, "KDT-JU-2027"),
        (44, "Bando Legge 14"),
        (58, "HORIZON-JU-CLEANH2-2027-03-01"),
        (80, "Later"),
    ]
    marks = [
        {"at": now + timedelta(days=left), "label": label, "url": "#call", "days_left": left, "urgent": left < 8}
        for left, label in days
    ]
    own = [
        {"at": now + timedelta(days=left), "label": label, "url": "#card", "days_left": left}
        for left, label in [(6, "GEMMA"), (20, "JVL-2026-0043"), (20, "SENSYL")]
    ]
    return marks, own


def forms_of_both_schemes() -> dict[str, Any]:
    return {
        "light": (SampleForm(prefix="l"), SampleForm({"lw-teaser": "x" * 380}, prefix="lw")),
        "dark": (SampleForm(prefix="d"), SampleForm({"dw-teaser": "x" * 380}, prefix="dw")),
    }


def facets() -> list[dict[str, Any]]:
    return [
        {
            "label": chain(index)["name"],
            "code": chain(index)["code"],
            "count": 12 - 3 * index,
            "url": "#f",
            "current": index == 1,
            "glyph": chain(index)["glyph"],
        }
        for index in range(5)
    ]


def table() -> list[list[dict[str, Any]]]:
    return [
        [
            {"label": "Criterion", "text": name},
            {"label": "Score", "text": score, "figure": True},
            {"label": "Threshold", "text": "3", "figure": True},
        ]
        for name, score in [("Excellence", "4.5"), ("Impact", "3.5"), ("Implementation", "4")]
    ]


def moments(now: datetime) -> list[dict[str, Any]]:
    return [
        {"at": now - timedelta(days=40), "text": "Idea posted", "who": "Chiara Montanari", "key": True},
        {"at": now - timedelta(days=12), "text": "Ferri Ingranaggi joined"},
        {"at": now + timedelta(days=6), "text": "First stage closes", "next": True},
        {"at": now + timedelta(days=160), "text": "Second stage closes"},
    ]
