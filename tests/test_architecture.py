"""What imports can't say: habits of the code that a reader relies on."""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
IDEAS = ROOT / "ideas"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LAYERS = ("rules", "queries", "serializers", "actions", "forms", "pages", "api")
# Modules of a layer that belong to no noun.
SHARED = {
    # outlines: texts of our own about kinds of calls, in a file.
    # desk: what a lead's desk warns of, and when; it has no rows of its own.
    "rules": {"desk", "outlines"},
    "serializers": {"desk", "exports", "network", "papers", "matching", "outlines"},
    "queries": {
        "alarms",
        "desk",
        "board",
        "board_counts",
        "board_index",
        "board_pages",
        "board_rows",
        "board_words",
        "call_index",
        "catalogue",
        "comparisons",
        "directory",
        "evidence",
        "exports",
        "feeds",
        "filters",
        "found",
        "gaps",
        "history",
        "insights",
        "matches",
        "matching",
        "network",
        "organisation_index",
        "outlines",
        "prepared",
        "radar",
        "refusals",
        "reviewers",
        "similar",
        "stamped",
        "suggested_ideas",
        "today",
        "topics",
        "units",
    },
    # preview: an idea through others' eyes.
    # demo_play, demo_lists: what the demo's people do, and what with lists; who they are fills a file of its own.
    # demo_stage: who and what is there, and when, for both of these.
    # moving: what goes along when one idea goes into another.
    # organisation_imports: what a file tells of organisations; people write them in a file of their own.
    # lifecycle: what a step of an idea asks for, ends and tells.
    # meeting_room: what is done while a meeting runs; meeting_steps: what every write of one does.
    # uploads: files that staff gave, and the work on them; calls and news are written by their own actions.
    # join_steps: what every step of a request keeps and tells; join_expiry: what time does to it.
    # replies: what an idea keeps of its discussion for the leads' desk.
    # reviewers: how a list is judged and who is asked; reviews is what those write.
    # deciding: what publishing decisions writes and tells, and how a revised idea comes back.
    "actions": {
        "deciding",
        "replies",
        "join_expiry",
        "join_steps",
        "board",
        "demo",
        "demo_lists",
        "demo_play",
        "demo_stage",
        "lifecycle",
        "meeting_room",
        "meeting_steps",
        "moving",
        "organisation_imports",
        "preview",
        "reference",
        "reviewers",
        "slots",
        "units",
        "uploads",
    },
    "forms": {"filters", "sections", "typed"},
    # adding: putting an idea on a shortlist, from wherever one meets it.
    # answers: texts of our own to answer with, in a file. join_requests: what is beside the consortium's panel.
    # idea_form, organisation_form: writing one; reading one fills a file of its own.
    # calls_staff: what only staff do with calls; readers' pages of them fill a file of their own.
    # slots: what authors look for in partners; who asks for it fills a file of its own.
    # meeting_room: the presses while a meeting runs; meeting_screens: what a screen of it shows.
    # review_rounds: what leads do with reviews; review_words: what pages say and draw of marks.
    # plan_steps: what staff keep, from which authors make a plan.
    # decided: what authors read of decisions; leads make them in a file of their own. decision_texts: as answers.
    "pages": {
        "decided",
        "decision_texts",
        "adding",
        "answers",
        "board",
        "accounts",
        "board_live",
        "board_parts",
        "call_drawings",
        "call_filters",
        "calls_staff",
        "comparisons",
        "context",
        "desk",
        "desk_words",
        "downloads",
        "exports",
        "facets",
        "filters",
        "history",
        "idea_form",
        "insights",
        "join_requests",
        "matching",
        "meeting_room",
        "meeting_screens",
        "middleware",
        "organisation_form",
        "network",
        "outlines",
        "papers",
        "parts",
        "plan_steps",
        "preview",
        "radar",
        "review_rounds",
        "review_words",
        "shortlist_papers",
        "similar",
        "signed_in",
        "site",
        "slots",
        "style",
        "style_samples",
        "suggestion_words",
        "units",
        "uploads",
    },
    "api": {
        "base",
        "desk",
        "docs",
        "errors",
        "fields",
        "filters",
        "inputs",
        "network",
        "outlines",
        "pagination",
        "slots",
        "units",
        "urls",
    },
}
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "manager", "service", "services", "misc"}


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def matches(paths: list[Path], pattern: str) -> dict[str, list[str]]:
    """{file: what it says} where anything fits."""
    found = {name_of(path): re.findall(pattern, path.read_text(), re.MULTILINE) for path in paths}
    return {name: hits for name, hits in found.items() if hits}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_divided_by_noun(layer: str) -> None:
    nouns = {path.stem for path in (IDEAS / "models").glob("*.py")}

    modules = {path.stem for path in (IDEAS / layer).glob("*.py")}

    assert modules - nouns - SHARED.get(layer, set()) == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in sources("ideas", "realtime", "jvl") if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_only_text_renders_and_cleans() -> None:
    users = matches(sources("ideas", "realtime", "jvl"), r"^\s*(?:import|from) (bleach|markdown_it)\b")

    assert set(users) == {"ideas/text.py"}


def test_no_signals_in_our_apps() -> None:
    assert matches(sources("ideas", "realtime"), r"django\.(?:db\.models|dispatch|core)\.?signals?|@receiver") == {}


def test_actions_take_everything_by_name() -> None:
    positional = r"^@transaction\.atomic.*\n(?:@.*\n)*def ([a-z]\w*)\((?!\s*\*|\))"

    assert matches(sources("ideas/actions"), positional) == {}


def test_the_core_never_sees_a_request() -> None:
    core = [f"ideas/{layer}" for layer in ("models", "rules", "queries", "serializers", "actions")]

    assert matches(sources(*core), r"\brequest\.(?:user|GET|POST|META|session)\b|HttpRequest") == {}


def test_the_core_never_asks_the_clock() -> None:
    core = [f"ideas/{layer}" for layer in ("rules", "queries", "serializers", "actions")]

    found = matches(sources(*core), r"timezone\.now\(|datetime\.now\(|date\.today\(|time\.time\(")

    assert found == {}


def test_pages_write_only_by_actions() -> None:
    writes = r"\.(?:save|bulk_create|bulk_update)\(|\.objects\.(?:create|update|get_or_create|update_or_create)\("

    assert set(matches(sources("ideas/pages", "ideas/api"), writes)) - {"ideas/pages/accounts.py"} == set()


def test_templates_have_no_inline_script_or_style() -> None:
    inline = r"<style\b|\sstyle=|<script(?![^>]*\bsrc=)[^>]*>|\son(?:click|load|submit|change|input)="

    assert matches(TEMPLATES, inline) == {}


def test_partials_are_included_alone() -> None:
    includes = r"{% include (?:(?!%}).)*%}"

    found = {
        name: [one for one in hits if not re.search(r"\bonly\s*%}$", one)]
        for name, hits in matches(TEMPLATES, includes).items()
    }

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_only_cleaned_text_is_called_safe() -> None:
    found = {hit for hits in matches(TEMPLATES, r"{{ ([^}|]+)\|safe").values() for hit in hits}

    assert {name for name in found if not name.rstrip().endswith("html")} == set()


def test_no_page_asks_anything_of_another_site() -> None:
    outside = r"""(?:src|href|action)=["']https?://[^"'{]*["']"""

    assert matches(TEMPLATES, outside) == {}


def test_every_address_of_ours_has_a_noun_and_a_verb() -> None:
    names = [name for name in _names(get_resolver()) if not name.startswith(("admin:", "account_", "demo_"))]

    wrong = [name for name in names if not re.fullmatch(r"(?:[a-z_]+:[a-z_]+|healthz|readyz|set_language)", name)]

    assert [name for name in wrong if not name.startswith(("api", "schema", "docs"))] == []


def _names(resolver: URLResolver, space: str = "") -> list[str]:
    found = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found += _names(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and one.name:
            found.append(f"{space}{one.name}")
    return found
