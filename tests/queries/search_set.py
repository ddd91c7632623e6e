"""A small library of things to find, and sixty questions in both languages with the first three answers to each.

An answer is the short name of a thing below; fewer than three mean that there are no more.
"""

# name: (title, teaser, problem, language, visibility, keywords)
IDEAS = {
    "gelo": (
        "Batterie al litio che non temono il gelo",
        "Celle riscaldate per autobus di montagna.",
        "Sotto zero gli accumulatori perdono capacità: la città di Sestola lo sa.",
        "it",
        "members",
        "accumulo, freddo",
    ),
    "second": (
        "Second life of traction batteries in farm sheds",
        "Used packs from buses store solar power.",
        "Farmers pay for peaks that a retired pack could shave.",
        "en",
        "members",
        "storage, reuse",
    ),
    "digitale": (
        "Gemello digitale della rettifica di ingranaggi",
        "Meno scarti al primo lotto.",
        "Le bruciature si vedono solo alla fine del processo.",
        "it",
        "members",
        "macchine utensili, sensori",
    ),
    "pompa": (
        "Pompa digitale a pistoni con comando elettrico",
        "Metà delle perdite ai carichi parziali.",
        "Ogni pistone si inserisce con una valvola veloce.",
        "it",
        "members",
        "oleodinamica",
    ),
    "valve": (
        "Fast valves for digital hydraulics",
        "Switching in a millisecond without cavitation.",
        "Pistons wait for slow valves.",
        "en",
        "members",
        "fluid power, pumps",
    ),
    "drone": (
        "Banco ibrido per propulsori di droni",
        "Prova elica, motore e pacco batteria insieme.",
        "I banchi di oggi misurano un pezzo alla volta.",
        "it",
        "members",
        "aeronautica",
    ),
    "scafo": (
        "Scafi in fibra di lino riciclabile",
        "Un epossidico che si scioglie.",
        "Le barche a fine vita restano nei piazzali.",
        "it",
        "members",
        "nautica, compositi",
    ),
    "hull": (
        "Recyclable hulls from flax fibre",
        "A resin that can be taken apart.",
        "Small boats have no second life.",
        "en",
        "members",
        "composites",
    ),
    "robot": (
        "Robot che smontano pacchi batteria",
        "Una cella robotizzata che impara dai fallimenti.",
        "Lo smontaggio a mano richiede ore.",
        "it",
        "members",
        "automazione, riciclo",
    ),
    "gripper": (
        "Soft gripper for fragile castings",
        "One hand for forty parts.",
        "Foundries change products every week.",
        "en",
        "members",
        "robotics, foundry",
    ),
    "laminati": (
        "Assale elettrico a 1250 V",
        "Un assale modulare per autocarri.",
        "Ricarica da un megawatt.",
        "it",
        "value_chain",
        "trazione, inverter",
    ),
    "segreto": (
        "Elettrolita segreto al sodio zirconato",
        "Celle che nessuno conosce.",
        "La zirconatura riservata.",
        "it",
        "private",
        "zirconato",
    ),
}
ACRONYMS = {"digitale": "GEMIRETT", "pompa": "DIGIPOMPA", "hull": "FLAXHULL", "robot": "SMONTA"}
CALLS = {
    "matprod": ("HORIZON-CL4-2027-01-MAT-PROD-03", "Circular manufacturing of batteries", "Horizon Europe"),
    "cl5": ("HORIZON-CL5-2027-02-D2-06", "Advanced lithium-ion cells for cold climates", "Horizon Europe"),
    "life": ("LIFE-2027-SAP-ENV", "Environment and resource efficiency", "LIFE"),
    "fesr": ("ER-FESR-2027-RICERCA", "Progetti di ricerca industriale strategica", "PR FESR"),
}
# name: (name, short name, competences)
ORGANISATIONS = {
    "valdarda": ("Officine Valdarda", "Valdarda", ["camera climatica", "prove a freddo"]),
    "aurora": ("Laboratorio Aurora per la Meccatronica", "Lab Aurora", ["azionamenti elettrici", "batterie"]),
    "idraulica": ("Idraulica Montefosco", "Montefosco", ["pompe a pistoni", "valvole proporzionali"]),
    "cantieri": ("Cantieri Delta Po", "Delta Po", ["scafi in composito", "nautica da lavoro"]),
}
PEOPLE = {
    "benassi": ("Chiara Benassi", "Ricercatrice, azionamenti elettrici"),
    "forlani": ("Davide Forlani", "Innovazione di prodotto"),
}
# name: (idea, text)
COMMENTS = {
    "camera": ("gelo", "Abbiamo una camera climatica a meno trenta gradi."),
    "clamp": ("gripper", "Could the gripper hold a turbine blade without a clamp?"),
    "occulto": ("segreto", "La sintesi fotonica resta tra noi."),
}
QUESTIONS = [
    # words, in either number and gender
    ("batteria", ["robot", "gelo", "aurora"]),
    ("batterie", ["robot", "second", "gelo"]),
    ("battery", ["second", "matprod"]),
    ("batteries", ["second", "matprod"]),
    ("litio", ["gelo"]),
    ("lithium", ["cl5"]),
    ("valve", ["valve"]),
    ("valvola", ["idraulica", "pompa"]),
    ("pistone", ["pompa", "idraulica", "valve"]),
    ("pistons", ["pompa", "idraulica", "valve"]),
    ("scafo", ["scafo", "cantieri"]),
    ("hull", ["hull"]),
    ("riciclabili", ["robot", "scafo"]),
    ("recyclable", ["hull"]),
    ("ingranaggio", ["digitale"]),
    ("castings", ["gripper"]),
    ("foundry", ["gripper"]),
    ("autobus", ["gelo"]),
    ("buses", ["second"]),
    ("oleodinamica", ["pompa"]),
    ("farmer", ["second"]),
    ("ricerca", ["fesr", "benassi"]),
    # several words: all of them
    ("batterie gelo", ["gelo"]),
    ("pompa elettrica", ["pompa"]),
    ("second life", ["second", "hull"]),
    ("flax resin", ["hull"]),
    ("fibra lino", ["scafo"]),
    ("cella robotizzata", ["robot"]),
    ("digital hydraulics", ["valve"]),
    ("camera climatica", ["valdarda", "camera"]),
    # words that every text has narrow nothing
    ("il gelo e le batterie", ["gelo"]),
    ("hulls from the flax", ["hull"]),
    # accents and case
    ("citta", ["gelo"]),
    ("CITTÀ", ["gelo"]),
    ("Capacita", ["gelo"]),
    # phrases
    ('"fine vita"', ["scafo"]),
    ('"vita fine"', []),
    ('"second life"', ["second", "hull"]),
    ('"camera climatica"', ["valdarda", "camera"]),
    ('"pacchi batteria"', ["robot", "drone"]),
    # beginnings
    ("riscald*", ["gelo"]),
    ("zircon*", []),
    ("aeron*", ["drone"]),
    ("hydraul*", ["valve"]),
    # identifiers and short names first
    ("HORIZON-CL4-2027", ["matprod"]),
    ("horizon-cl5-2027-02-d2-06", ["cl5"]),
    ("CL5", ["cl5"]),
    ("LIFE", ["life", "second", "hull"]),
    ("FESR", ["fesr"]),
    ("GEMIRETT", ["digitale"]),
    ("flaxhull", ["hull"]),
    ("SMONTA", ["robot"]),
    # names, misspelt too
    ("Valdarda", ["valdarda"]),
    ("Valdrada", ["valdarda"]),
    ("officne valdarda", ["valdarda"]),
    ("Benassi", ["benassi"]),
    ("Bennassi", ["benassi"]),
    ("Montefossco", ["idraulica"]),
    ("azionamenti elettrici", ["aurora", "benassi"]),
    # what is said in comments
    ("turbine blade", ["clamp"]),
    # words that nothing has are left out
    ("lino xylofono", ["scafo"]),
    # what others keep to themselves isn't there
    ("zirconato", []),
    ("fotonica", []),
]
