import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from ideas.actions.imports import import_calls, preview_import
from ideas.actions.reference import load_reference
from ideas.choices import CallStatus, DeadlineKind, NotificationKind, Visibility
from ideas.data import FOLDER
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.calls import CallRow, DeadlineRow, Options, RefusedRow, UnreadableFile
from ideas.exchange.deadlines import Source, read_closing, read_opening
from ideas.exchange.formats import FORMATS
from ideas.models import Call, Deadline, DeadlineChange, Import, Notification
from ideas.queries.calls import status_of_call
from ideas.queries.imports import DATE
from realtime.models import Change
from tests.factories import make_call, make_idea, make_join_request, make_partner

TOPICS = FOLDER / "eu_topics_2026_2027.csv"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def row(identifier="HORIZON-X-01", closes="2027-04-14", *, kind=DeadlineKind.SINGLE, line=2, **fields):
    deadlines = fields.pop("deadlines", (DeadlineRow(kind, read_closing(closes, Source.EU_TOPIC)),))
    fields = {"title": "A topic", "level": "european", "source_key": identifier, **fields}
    return CallRow(line=line, identifier=identifier, deadlines=deadlines, **fields)


def bring(*rows, at=NOW, by=None, source="eu-topics", preview=None):
    return import_calls(by=by, rows=rows, source=source, name="topics.csv", at=at, preview=preview)


def counts(done):
    return (done.created, done.changed, done.unchanged, len(done.refused))


def snapshot():
    calls = Call.objects.order_by("pk").values("pk", "identifier", "slug", "title", "opens_at", "closes_at")
    deadlines = Deadline.objects.order_by("pk").values()
    return list(calls), list(deadlines), DeadlineChange.objects.count(), Change.objects.count()


def changes_published():
    return sorted(Change.objects.filter(kind="deadline.changed").values_list("topic__name", flat=True))


def test_all_232_topics_come_in_once_and_a_second_import_changes_nothing():
    load_reference()

    first = import_topics(NOW)
    before = snapshot()
    second = import_topics(NOW + timedelta(days=1))

    assert counts(first) == (232, 0, 0, 0)
    assert counts(second) == (0, 0, 232, 0)
    assert snapshot() == before
    call = Call.objects.get(identifier="HORIZON-CL5-2027-04-Two-Stage-D2-07")
    assert call.slug == "horizon-cl5-2027-04-two-stage-d2-07"
    assert call.deadlines.get().local.isoformat() == "2027-04-14T17:00:00+02:00"
    assert {chain.slug for chain in call.value_chains.all()} == {"advanced-materials", "electrification-batteries"}
    assert [ket.code for ket in call.kets.all()] == ["AMN"]


def import_topics(at):
    with TOPICS.open("rb") as stream:
        rows = FORMATS["eu-topics"](stream, Options())
        return import_calls(by=None, rows=rows, source="eu-topics", name=TOPICS.name, at=at)


def test_status_follows_the_dates_and_not_the_source():
    opening = DeadlineRow(DeadlineKind.OPENING, read_opening("2026-12-01", Source.EU_TOPIC))
    closing = DeadlineRow(DeadlineKind.SINGLE, read_closing("2027-04-14", Source.EU_TOPIC))

    bring(row(deadlines=(opening, closing), source_status="closed"))

    call = Call.objects.get()
    assert (call.opens_at, call.closes_at) == (opening.reading.at, closing.reading.at)
    assert status_of_call(call, NOW) == CallStatus.FORTHCOMING
    assert status_of_call(call, NOW + timedelta(days=40)) == CallStatus.OPEN


def test_a_new_call_announces_no_deadline_change():
    bring(row())

    assert DeadlineChange.objects.count() == 0
    assert changes_published() == []


def test_a_moved_deadline_is_kept_counted_and_published(researcher):
    bring(row())
    call = Call.objects.get()
    idea = make_idea(researcher, call=call)
    old_at = call.closes_at

    done = bring(row(closes="2027-04-21"), at=NOW + timedelta(days=1))

    new_at = datetime(2027, 4, 21, 15, 0, tzinfo=UTC)
    change, deadline = DeadlineChange.objects.get(), Deadline.objects.get()
    call.refresh_from_db()
    idea.refresh_from_db()
    assert counts(done) == (0, 1, 0, 0)
    assert (change.old_at, change.new_at, change.source, change.note) == (old_at, new_at, "eu-topics", "topics.csv")
    assert (deadline.at, deadline.sequence, deadline.raw) == (new_at, 1, "2027-04-21")
    assert deadline.changed_at == NOW + timedelta(days=1)
    assert (call.closes_at, idea.closes_at) == (new_at, new_at)
    assert changes_published() == sorted([f"call.{call.pk}", f"idea.{idea.pk}"])


def test_authors_and_partners_are_told_of_a_moved_deadline_and_nobody_else(
    researcher, administrator, outsider, firm, lead
):
    bring(row())
    idea = make_idea(researcher, call=Call.objects.get())
    make_partner(idea, administrator, firm)
    make_join_request(idea, outsider, outsider.organisations.get())

    bring(row(closes="2027-04-21"))

    told = Notification.objects.filter(kind=NotificationKind.DEADLINE_CHANGED)
    assert {notice.member for notice in told} == {researcher, administrator}
    assert {notice.data["call"] for notice in told} == {"HORIZON-X-01"}


def test_outsider_learns_nothing_of_a_private_idea_from_a_moved_deadline(researcher, outsider):
    bring(row())
    idea = make_idea(researcher, call=Call.objects.get(), visibility=Visibility.PRIVATE, title="CANARY")

    bring(row(closes="2027-04-21"))

    assert not Notification.objects.filter(member=outsider).exists()
    shown = Change.objects.filter(topic__name=f"call.{idea.call_id}").values_list("payload", flat=True)
    assert "CANARY" not in str(list(shown))


def test_a_second_stage_comes_and_goes():
    first = DeadlineRow(DeadlineKind.STAGE_1, read_closing("2027-04-14", Source.EU_TOPIC))
    second = DeadlineRow(DeadlineKind.STAGE_2, read_closing("2027-09-14", Source.EU_TOPIC))
    bring(row(deadlines=(first,)))

    bring(row(deadlines=(first, second)))
    bring(row(deadlines=(first,)))

    gone, came = DeadlineChange.objects.all()
    assert (came.kind, came.old_at, came.new_at) == (DeadlineKind.STAGE_2, None, second.reading.at)
    assert (gone.kind, gone.old_at, gone.new_at) == (DeadlineKind.STAGE_2, second.reading.at, None)
    assert Call.objects.get().closes_at == first.reading.at


def test_an_idea_whose_deadline_went_aims_at_the_next_one(researcher):
    single = DeadlineRow(DeadlineKind.SINGLE, read_closing("2027-04-14", Source.EU_TOPIC))
    stages = (
        DeadlineRow(DeadlineKind.STAGE_1, read_closing("2027-05-14", Source.EU_TOPIC)),
        DeadlineRow(DeadlineKind.STAGE_2, read_closing("2027-09-14", Source.EU_TOPIC)),
    )
    bring(row(deadlines=(single,)))
    idea = make_idea(researcher, call=Call.objects.get())

    bring(row(deadlines=stages))

    idea.refresh_from_db()
    assert (idea.deadline.kind, idea.closes_at) == (DeadlineKind.STAGE_1, stages[0].reading.at)


def test_a_list_that_tells_one_date_takes_no_other_away():
    first = DeadlineRow(DeadlineKind.STAGE_1, read_closing("2027-04-14", Source.EU_TOPIC))
    second = DeadlineRow(DeadlineKind.STAGE_2, read_closing("2027-09-14", Source.EU_TOPIC))
    bring(row(deadlines=(first, second)))

    done = bring(row(deadlines=(first,), complete=False))

    assert counts(done) == (0, 0, 1, 0)
    assert Deadline.objects.count() == 2


def test_tags_of_a_known_call_are_left_to_staff():
    load_reference()
    bring(row(title="EV batteries"))
    Call.objects.get().value_chains.clear()

    done = bring(row(title="EV batteries, corrected"))

    call = Call.objects.get()
    assert (counts(done), call.title) == ((0, 1, 0, 0), "EV batteries, corrected")
    assert call.value_chains.count() == 0


def test_what_the_source_leaves_empty_stays():
    bring(row(url="https://example.org/a", call_title="Call"))

    done = bring(row(url="", call_title=""))

    assert counts(done) == (0, 0, 1, 0)
    assert Call.objects.get().url == "https://example.org/a"


def test_a_call_known_from_another_source_is_the_same_call():
    known = make_call("HORIZON-X-01", closes_in=None, source="hand")

    done = bring(row())

    assert counts(done) == (0, 1, 0, 0)
    assert Call.objects.get().pk == known.pk


# What staff wrote ----------------------------------------------------------------------------------------------------


def test_words_of_staff_stay_until_the_source_says_something_else():
    bring(row(title="Batteries"))
    Call.objects.update(title="Batteries, as staff put it")

    again = bring(row(title="Batteries"))
    kept = Call.objects.get().title
    other = bring(row(title="Batteries and more"))

    assert (counts(again), kept) == ((0, 0, 1, 0), "Batteries, as staff put it")
    assert (counts(other), Call.objects.get().title) == ((0, 1, 0, 0), "Batteries and more")


def test_words_of_a_call_made_by_hand_stay_and_gaps_are_filled():
    make_call("HORIZON-X-01", closes_in=None, source="hand", title="As staff put it", funder="")

    bring(row(title="As the list has it", funder="European Commission"))

    call = Call.objects.get()
    assert (call.title, call.funder, call.source) == ("As staff put it", "European Commission", "eu-topics")


def test_two_sources_with_other_words_do_not_undo_each_other():
    bring(row(title="Batteries"))
    bring(row(title="BATTERIES"), source="eu-search")

    again = [bring(row(title="Batteries")), bring(row(title="BATTERIES"), source="eu-search")]

    assert [counts(done) for done in again] == [(0, 0, 1, 0)] * 2
    assert Call.objects.get().title == "BATTERIES"


def test_long_text_that_is_told_again_is_no_news():
    bring(row(summary="word " * 400))
    Call.objects.update(summary="Shorter, as staff put it")

    assert counts(bring(row(summary="word " * 400))) == (0, 0, 1, 0)
    assert Call.objects.get().summary == "Shorter, as staff put it"


def test_date_of_staff_stays_and_nobody_is_told(researcher):
    bring(row())
    idea = make_idea(researcher, call=Call.objects.get())
    by_hand = idea.call.closes_at + timedelta(days=2)
    Deadline.objects.update(at=by_hand)

    done = bring(row())

    assert counts(done) == (0, 0, 1, 0)
    assert (Deadline.objects.get().at, DeadlineChange.objects.count()) == (by_hand, 0)


def test_date_written_by_hand_before_any_source_stays_and_the_log_says_so():
    call = make_call("HORIZON-X-01")
    [by_hand] = call.deadlines.all()

    done = bring(row())

    [date] = [dict(zip(DATE, date, strict=True)) for date in done.report[0]["dates"]]
    deadline = Deadline.objects.get()
    assert (deadline.at, deadline.told_at) == (by_hand.at, datetime(2027, 4, 14, 15, 0, tzinfo=UTC))
    assert (date["act"], date["old"], date["new"]) == ("hear", by_hand.at.isoformat(), deadline.told_at.isoformat())


def test_change_names_its_deadline_and_a_date_that_goes_has_a_higher_sequence():
    first = DeadlineRow(DeadlineKind.STAGE_1, read_closing("2027-04-14", Source.EU_TOPIC))
    second = DeadlineRow(DeadlineKind.STAGE_2, read_closing("2027-09-14", Source.EU_TOPIC))
    bring(row(deadlines=(first, second)))
    pk = Deadline.objects.get(kind=DeadlineKind.STAGE_2).pk

    bring(row(deadlines=(first,)))

    change = DeadlineChange.objects.get()
    assert (change.deadline_number, change.sequence) == (pk, 1)


# Calls that vanish ---------------------------------------------------------------------------------------------------


def bring_all(*names, at=NOW):
    return bring(*(row(name, line=n) for n, name in enumerate(names, start=1)), source="eu-portal", at=at)


def missing():
    return set(Call.objects.exclude(missing_since=None).values_list("identifier", "missing_since"))


def test_call_that_a_complete_list_no_longer_names_is_flagged_once_and_stays():
    bring_all("A", "B", "C")

    first = bring_all("A", "B", at=NOW + timedelta(days=1))
    second = bring_all("A", "B", at=NOW + timedelta(days=2))

    assert (first.missing, second.missing) == (1, 0)
    assert missing() == {("C", NOW + timedelta(days=1))}
    assert Deadline.objects.count() == 3


def test_flag_goes_when_the_call_is_listed_again():
    bring_all("A", "B", "C")
    bring_all("A", "B")

    bring_all("A", "B", "C")

    assert missing() == set()


def test_flag_goes_with_a_change_of_the_call():
    bring_all("A", "B", "C")
    bring_all("A", "B")

    bring(row("A"), row("B"), row("C", title="Back again"), source="eu-portal")

    assert missing() == set()


def test_list_that_lacks_more_than_half_flags_nothing_and_says_so():
    bring_all("A", "B", "C")

    done = bring_all("A")

    assert (done.missing, done.options["unlisted"], missing()) == (0, 2, set())


def test_call_whose_row_cannot_be_read_is_not_missing():
    bring_all("A", "B", "C")

    done = bring(row("A"), row("B"), RefusedRow(3, "broken", "C"), source="eu-portal")

    assert (done.missing, missing()) == (0, set())


def test_closed_call_may_leave_its_list():
    bring_all("A", "B", "C")

    bring_all("A", "B", at=datetime(2028, 1, 1, tzinfo=UTC))

    assert missing() == set()


def test_excerpt_and_other_sources_flag_nothing():
    bring_all("A", "B", "C")

    bring(row("A"), source="eu-search")
    bring(row("X"), row("Y"), source="incentivi")

    assert missing() == set()


def test_call_that_the_source_takes_back_loses_its_dates_and_a_new_one_is_refused():
    bring(row("A"))

    done = bring(row("A", cancelled=True), row("B", cancelled=True))

    assert counts(done) == (0, 1, 0, 1)
    assert Deadline.objects.count() == 0
    assert Call.objects.get().identifier == "A"


# Preview -------------------------------------------------------------------------------------------------------------


def test_preview_says_what_the_import_then_does_and_writes_nothing(staff):
    bring_all("A", "B", "C", "D", "E")
    rows = [
        row("A", line=1),
        row("B", line=2, closes="2027-04-21"),
        row("C", line=3, title="Other words"),
        RefusedRow(4, "“soon” is not a date", "D"),
        row("A", line=5),
        row("F", line=6, title="x" * 600),
        row("G", line=7),
    ]
    before = snapshot()

    preview = look(staff, *rows)
    shown = [line["outcome"] for line in preview.report]
    after = snapshot()
    done = bring(*rows, by=staff, source="eu-portal", preview=preview)

    expected = ["unchanged", "changed", "changed", "refused", "refused", "refused", "created", "missing"]
    assert shown == expected
    assert [line["outcome"] for line in done.report] == [outcome for outcome in shown if outcome != "unchanged"]
    assert after == before
    assert Import.objects.get(pk=preview.pk).applied_at == NOW


def test_preview_after_which_a_call_changed_tells_in_the_end_what_truly_happened(staff):
    bring_all("A", "B")
    rows = [row("A", line=1, title="Other words"), row("B", line=2)]
    preview = look(staff, *rows)
    shown = preview.changed
    Call.objects.filter(identifier="A").update(title="Other words")

    done = bring(*rows, by=staff, source="eu-portal", preview=preview)

    assert (shown, counts(done)) == (1, (0, 0, 2, 0))


def test_preview_is_imported_once(staff):
    preview = look(staff, row("A"))
    bring(row("A"), by=staff, source="eu-portal", preview=preview)

    with pytest.raises(Conflict, match="already_imported"):
        bring(row("A"), by=staff, source="eu-portal", preview=preview)


def test_only_staff_preview(researcher):
    with pytest.raises(NotAllowed):
        look(researcher, row("A"))


def look(by, *rows):
    preview = Import.objects.create(format="eu-portal", name="bulk.json", by=by, at=NOW)
    return preview_import(by=by, rows=rows, preview=preview, at=NOW)


# Rows that can't be written ------------------------------------------------------------------------------------------


def test_refused_rows_are_kept_with_line_and_reason_and_stop_nothing():
    with translation.override("en"):
        done = bring(
            row("A", line=2),
            RefusedRow(3, "“soon” is not a date"),
            row("A", line=4),
            row("B", line=5, title="x" * 600),
            row("C", line=6),
        )

    assert counts(done)[:3] == (2, 0, 0)
    assert [refused["line"] for refused in done.refused] == [3, 4, 5]
    assert done.refused[0]["reason"] == "“soon” is not a date"
    assert done.refused[1]["reason"] == "A stands on line 2 already"
    assert Import.objects.get() == done


def test_a_file_that_breaks_off_writes_nothing():
    def breaking_off():
        yield row()
        raise UnreadableFile("The file breaks off")

    with pytest.raises(UnreadableFile):
        import_calls(by=None, rows=breaking_off(), source="eu-portal", name="bulk", at=NOW)

    assert (Call.objects.count(), Import.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_call_is_written_whole_or_not_at_all():
    twice = DeadlineRow(DeadlineKind.SINGLE, read_closing("2027-04-14", Source.EU_TOPIC))

    done = bring(row("A", deadlines=(twice, twice)), row("B"))

    assert counts(done) == (1, 0, 0, 1)
    assert list(Call.objects.values_list("identifier", flat=True)) == ["B"]


def test_only_staff_import(staff, researcher, lead):
    for member in (researcher, lead):
        with pytest.raises(NotAllowed):
            bring(row(), by=member)

    assert counts(bring(row(), by=staff)) == (1, 0, 0, 0)


def test_the_command_reports_and_lists_refusals(capsys, tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text("codice;titolo;level;chiude\nA;uno;national;18/02/2027 18:00\nB;due;national;mai\n")

    call_command("import_calls", str(file), format="csv", map=["identifier=codice", "title=titolo", "closes=chiude"])

    assert capsys.readouterr().out == ("line 3: “mai” is not a date\n1 new, 0 changed, 0 unchanged, 1 refused\n")
    assert Deadline.objects.get().local.isoformat() == "2027-02-18T18:00:00+01:00"


def test_the_command_reads_standard_input(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TOPICS.read_bytes())))

    call_command("import_calls", "-", format="eu-topics")

    assert capsys.readouterr().out == "232 new, 0 changed, 0 unchanged, 0 refused\n"


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "identifier,title,level,closes\nA,uno,national,mai\n"])
def test_the_command_fails_only_where_nothing_could_be_read(content, tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text(content)

    with pytest.raises(CommandError):
        call_command("import_calls", str(file), format="csv")


def test_a_broken_row_in_the_real_file_stops_no_other(tmp_path):
    rows = list(csv.reader(TOPICS.read_text(encoding="utf-8-sig").splitlines()))
    rows[100][rows[0].index("deadline")] = "31/02/2027"
    file = tmp_path / "topics.csv"
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)

    call_command("import_calls", str(file), format="eu-topics")

    assert Import.objects.get().refused == [{"line": 101, "reason": "“31/02/2027” is not a date"}]
    assert Call.objects.count() == 231


def test_the_last_check_is_kept_of_calls_that_did_not_change():
    bring(row(), at=NOW)

    bring(row(), at=NOW + timedelta(days=3))

    assert Call.objects.get().checked_at == NOW + timedelta(days=3)
