import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ideas.actions.imports import import_calls
from ideas.data import FOLDER
from ideas.models import Call, Candidate, Deadline, Import
from tests.cast import signed_in
from tests.factories import make_call

TOPICS = FOLDER / "eu_topics_2026_2027.csv"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NEW = "/imports/new/"
QUERIES_OF_LOG = 5
QUERIES_OF_PREVIEW = 5
HEADER = b"identifier,title,level,closes\n"
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>A new call</title><link>https://example.org/1</link><guid>1</guid></item></channel></rss>"""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path / "imports"


@pytest.fixture
def client(staff):
    client = signed_in(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def give(client, content, format="csv", name="calls.csv"):
    return client.post(NEW, {"format": format, "file": SimpleUploadedFile(name, content)})


def give_and_follow(client, content, **kind):
    return client.get(give(client, content, **kind)["Location"])


def outcomes(page):
    return [line["outcome"] for line in page.context["lines"]]


def kept_files(folder):
    return len(list(folder.iterdir())) if folder.exists() else 0


# Who may ------------------------------------------------------------------------------------------------------------


def test_visitor_is_asked_to_sign_in():
    answers = {path: signed_in(None).get(path) for path in ("/imports/", NEW, "/imports/1/", "/candidates/")}

    assert {path: answer["Location"] for path, answer in answers.items()} == {
        path: f"/account/login/?next={path}" for path in answers
    }


@pytest.mark.parametrize("who", ["researcher", "lead", "outsider", "administrator"])
def test_others_than_staff_may_not_even_look(request, client, who):
    preview = Import.objects.get(pk=give_and_follow(client, HEADER + b"A,CANARY,regional,\n").context["pk"])
    other = signed_in(request.getfixturevalue(who))

    pages = [other.get(path) for path in ("/imports/", NEW, f"/imports/{preview.pk}/")]
    pages += [other.get(f"/imports/{preview.pk}/columns/"), give(other, HEADER)]
    pages += [other.post(f"/imports/{preview.pk}/{act}/") for act in ("preview", "confirm", "discard")]

    assert [page.status_code for page in pages] == [403] * len(pages)
    assert "CANARY" not in "".join(page.content.decode() for page in pages)
    assert (Import.objects.count(), Call.objects.count()) == (1, 0)


# From the file to the calls -----------------------------------------------------------------------------------------


def test_file_is_shown_line_by_line_and_nothing_is_written_until_it_is_confirmed(client, staff, folder):
    make_call("A", source="csv", title="Old words", closes_in=None)
    content = HEADER + b"A,New words,regional,18/02/2027 18:00\nB,two,regional,mai\nC,three,regional,\n"

    page = give_and_follow(client, content)
    before = list(Call.objects.values_list("identifier", "title"))
    done = client.post(f"/imports/{page.context['pk']}/confirm/", follow=True)

    assert outcomes(page) == ["changed", "refused", "created"]
    assert before == [("A", "Old words")]
    assert sorted(Call.objects.values_list("identifier", "title")) == [("A", "New words"), ("C", "three")]
    assert Deadline.objects.get().local.isoformat() == "2027-02-18T18:00:00+01:00"
    assert outcomes(done) == ["changed", "refused", "created"]
    assert done.context["log"]["state"] == "done"
    assert Import.objects.get().by == staff


def test_line_shows_old_and_new_in_words(client):
    call = make_call("A", source="csv", title="Old words", level="regional", closes_in=None)
    Deadline.objects.create(
        call=call, at=datetime(2027, 2, 11, 17, tzinfo=UTC), told_at=datetime(2027, 2, 11, 17, tzinfo=UTC),
        zone="Europe/Rome", changed_at=NOW,
    )  # fmt: skip

    [line] = give_and_follow(client, HEADER + b"A,New words,national,18/02/2027\n").context["lines"]

    assert [(str(one["label"]), one["old"], one["new"]) for one in line["fields"]] == [
        ("Title", "Old words", "New words"),
        ("Level: regional, national, european or other", "Regional", "National"),
        ("Language of the text: it or en", "English", "Italian"),
    ]
    [date] = line["dates"]
    assert (date["name"], date["old"], date["new"]) == ("Deadline", "11 Feb 2027, 18:00", "18 Feb 2027, 23:59")
    assert (date["zone"], date["unsure"]) == ("Europe/Rome", True)


def test_second_import_of_the_same_file_changes_nothing(client):
    with TOPICS.open("rb") as stream:
        content = stream.read()
    first = give_and_follow(client, content, format="eu-topics", name="topics.csv")
    client.post(f"/imports/{first.context['pk']}/confirm/")

    second = give_and_follow(client, content, format="eu-topics", name="topics.csv")

    assert (first.context["total"], Call.objects.count()) == (232, 232)
    assert [(tab["label"], tab["count"]) for tab in second.context["tabs"]] == [("What changes", 0), ("Unchanged", 232)]
    assert "Nothing changes" in second.content.decode()


def test_file_that_is_thrown_away_leaves_nothing(client, folder):
    page = give_and_follow(client, HEADER + b"A,one,regional,\n")

    client.post(f"/imports/{page.context['pk']}/discard/")

    assert (Import.objects.count(), Call.objects.count(), client.get("/imports/").context["rows"]) == (0, 0, [])


def test_import_is_confirmed_once(client):
    page = give_and_follow(client, HEADER + b"A,one,regional,\n")
    address = f"/imports/{page.context['pk']}/confirm/"

    answers = [client.post(address).status_code for _ in range(2)]

    assert answers == [303, 409]
    assert Call.objects.count() == 1


def test_import_by_the_command_stands_in_the_log_too(client):
    import_calls(by=None, rows=[], source="eu-portal", name="bulk.json", at=NOW)

    [row] = client.get("/imports/").context["rows"]

    assert (row["name"], row["by"], row["state"]) == ("bulk.json", "command line", "done")


def test_import_that_broke_off_is_said_to_be(client):
    broken = Import.objects.create(format="eu-portal", name="bulk.json", at=NOW)

    page = client.get(f"/imports/{broken.pk}/")

    assert page.context["log"]["state"] == "broken"
    assert "This import broke off" in page.content.decode()


def test_doubtful_list_is_said_to_be(client):
    for name in "ABC":
        make_call(f"INCENTIVI-{name}", source="incentivi")

    page = give_and_follow(client, b"ID_Incentivo;Titolo\nX;uno\n", format="incentivi")

    assert page.context["unlisted"] == 3
    assert "The file lacks 3 calls of its source" in page.content.decode()


# Columns ------------------------------------------------------------------------------------------------------------

OTHER_NAMES = b"codice;titolo;liv;chiude\nRER-1;Bando filiere;regional;18/02/2027 18:00\n"


def test_list_with_other_columns_is_asked_about(client):
    answer = give(client, OTHER_NAMES)
    pk = Import.objects.get().pk
    chosen = {"identifier": "codice", "title": "titolo", "level": "liv", "closes": "chiude"}

    page = client.post(f"/imports/{pk}/columns/", chosen, follow=True)
    client.post(f"/imports/{pk}/confirm/")

    assert answer["Location"] == f"/imports/{pk}/columns/"
    assert outcomes(page) == ["created"]
    call = Call.objects.get()
    assert (call.identifier, call.level, call.deadlines.get().local.hour) == ("RER-1", "regional", 18)


def test_columns_that_are_needed_are_asked_for_beside_the_field(client):
    give(client, OTHER_NAMES)

    page = client.post(f"/imports/{Import.objects.get().pk}/columns/", {"title": "titolo", "closes": "x\x00"})

    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"identifier", "closes"}
    assert page.context["form"]["title"].value() == "titolo"


def test_column_that_is_known_may_be_left_out(client):
    page = give_and_follow(client, HEADER + b"A,one,regional,mai\n")

    again = client.post(
        f"/imports/{page.context['pk']}/columns/", {"identifier": "identifier", "title": "title"}, follow=True
    )

    assert (outcomes(page), outcomes(again)) == (["refused"], ["created"])


# What can't be read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b"<!doctype html><html><body>502</body></html>", "eu-portal"),
        (b'{"fundingData":{"GrantTenderObj":[{"type":1', "eu-portal"),
        (b"PK\x03\x04" + b"\x00" * 2_000, "csv"),
        (b"\x1f\x8b\x08" + b"\x00" * 2_000, "eu-search"),
        (b"no calendar", "ical"),
        (b"no feed", "feed"),
        (b"a" * 300_000, "csv"),
    ],
)
def test_file_that_cannot_be_read_is_refused_beside_the_field_and_not_kept(client, folder, content, format):
    page = give(client, content, format=format)

    assert page.status_code == 400
    assert list(page.context["form"].errors) == ["file"]
    assert page.context["form"]["format"].value() == format
    assert (Import.objects.count(), Call.objects.count(), Candidate.objects.count()) == (0, 0, 0)


def test_empty_and_missing_and_unknown_are_refused(client):
    answers = [
        give(client, b""),
        client.post(NEW, {"format": "csv"}),
        give(client, HEADER, format="../x"),
        give(client, HEADER, format="\x00"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4


def test_odd_addresses_are_not_found_and_odd_pages_are_the_first(client):
    page = give_and_follow(client, HEADER + b"A,one,regional,\n")
    address = f"/imports/{page.context['pk']}/"

    lost = [client.get(f"/imports/{10**30}/"), client.post("/imports/999999/confirm/"), client.get("/imports/٣/")]
    odd = [client.get(f"{address}?{query}") for query in ("from=-1", f"from={'9' * 300}", "show=x%00", "from=٣")]
    logs = [client.get(f"/imports/?before={before}") for before in ("9" * 300, "-1", "x")]

    assert [answer.status_code for answer in lost] == [404] * 3
    assert [answer.status_code for answer in [*odd, *logs]] == [200] * 7


# Large files --------------------------------------------------------------------------------------------------------


def test_page_of_a_file_that_is_worked_on_says_how_far_it_is(client):
    page = give_and_follow(client, HEADER + b"A,one,regional,\n")
    found = Import.objects.get(pk=page.context["pk"])
    found.options = {"working": {"done": 30, "of": 60, "at": datetime.now(UTC).isoformat()}}
    found.save()

    page = client.get(f"/imports/{found.pk}/")

    assert (page["Refresh"], page.context["working"]["percent"]) == ("2", 50)


# Pages of many ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_log_takes_a_fixed_number_of_queries(client, staff, count, django_assert_num_queries):
    for _ in range(count):
        import_calls(by=staff, rows=[], source="eu-portal", name="bulk.json", at=NOW)

    with django_assert_num_queries(QUERIES_OF_LOG):
        page = client.get("/imports/")

    assert len(page.context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_preview_takes_a_fixed_number_of_queries(client, count, django_assert_num_queries):
    content = HEADER + b"".join(b"C-%d,one,regional,\n" % n for n in range(count))
    address = give(client, content)["Location"]

    with django_assert_num_queries(QUERIES_OF_PREVIEW):
        page = client.get(address)

    assert len(page.context["lines"]) == count


def test_preview_of_many_lines_comes_in_pages_and_by_outcome(client):
    content = HEADER + b"".join(b"C-%d,one,regional,%s\n" % (n, b"mai" if n == 5 else b"") for n in range(250))
    address = give(client, content)["Location"]

    first, second, third = client.get(address), client.get(f"{address}?from=100"), client.get(f"{address}?from=200")
    refused = client.get(f"{address}?show=refused")

    assert [len(page.context["lines"]) for page in (first, second, third)] == [100, 100, 50]
    assert (first.context["previous"], first.context["next"]) == ("", "?from=100")
    assert (second.context["previous"], third.context["next"]) == ("./", "")
    assert [line["identifier"] for line in refused.context["lines"]] == ["C-5"]


def test_log_comes_in_pages(client):
    Import.objects.bulk_create(Import(format="csv", name=f"{n}", at=NOW, applied_at=NOW) for n in range(45))

    first = client.get("/imports/")
    second = client.get(f"/imports/{first.context['next']}")

    names = [row["name"] for page in (first, second) for row in page.context["rows"]]
    assert names == [f"{n}" for n in reversed(range(45))]
    assert second.context["next"] == ""


# News ---------------------------------------------------------------------------------------------------------------


def test_feed_becomes_candidates_and_no_calls(client):
    page = client.get(give(client, FEED, format="feed", name="news.xml")["Location"])

    assert [one.title for one in page.context["candidates"]] == ["A new call"]
    assert Call.objects.count() == 0
    assert f"{reverse('calls:new')}?candidate={Candidate.objects.get().pk}" in page.content.decode()


def test_moved_deadline_is_shown_on_the_call_and_in_the_log(client):
    first = give_and_follow(client, HEADER + b"A,one,regional,18/02/2027 18:00\n")
    client.post(f"/imports/{first.context['pk']}/confirm/")
    Import.objects.update(at=NOW - timedelta(days=7))

    second = give_and_follow(client, HEADER + b"A,one,regional,25/02/2027 18:00\n")
    client.post(f"/imports/{second.context['pk']}/confirm/")

    [change] = client.get("/calls/a/").context["changes"]
    assert json.dumps(change["new"]["text"]).find("25") > 0
    assert [line["dates"][0]["act"] for line in second.context["lines"]] == ["move"]


def test_a_calendar_without_a_zone_is_read_on_the_clock_that_staff_choose(client):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:A call"]
    content = "\r\n".join([*lines, "DTSTART:20270331T170000", "END:VEVENT", "END:VCALENDAR", ""]).encode()
    closings = {}
    for zone in ("Europe/Athens", ""):
        given = {"format": "ical", "zone": zone, "file": SimpleUploadedFile("calls.ics", content)}
        page = client.get(client.post(NEW, given)["Location"])
        client.post(f"/imports/{page.context['pk']}/confirm/")
        closings[zone] = Deadline.objects.get().at
        Call.objects.all().delete()

    assert closings == {
        "Europe/Athens": datetime(2027, 3, 31, 14, tzinfo=UTC),
        "": datetime(2027, 3, 31, 15, tzinfo=UTC),
    }


def test_a_zone_that_nobody_offers_is_refused_beside_its_field(client):
    given = {"format": "ical", "zone": "Mars/Base", "file": SimpleUploadedFile("calls.ics", b"x")}

    answer = client.post(NEW, given)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["zone"])
