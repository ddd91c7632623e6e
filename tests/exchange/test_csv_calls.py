import io
from decimal import Decimal

import pytest

from ideas.choices import DeadlineKind, Level
from ideas.data import FOLDER
from ideas.exchange.calls import CallRow, Options, RefusedRow, UnreadableFile
from ideas.exchange.formats import FORMATS

HEADER = b"identifier,title,level,opens,closes,budget_max\n"


def read(content, *, format="csv", **options):
    return list(FORMATS[format](io.BytesIO(content), Options(**options)))


def kinds(row):
    return [(deadline.kind, deadline.number) for deadline in row.deadlines]


def test_all_232_topics_are_read():
    with (FOLDER / "eu_topics_2026_2027.csv").open("rb") as stream:
        rows = list(FORMATS["eu-topics"](stream, Options()))

    assert len(rows) == 232
    assert {type(row) for row in rows} == {CallRow}
    assert {row.level for row in rows} == {Level.EUROPEAN}
    assert {row.funder for row in rows} == {"European Commission"}
    assert {f"{row.deadlines[0].reading.zone}" for row in rows} == {"Europe/Brussels"}


def test_topics_name_their_deadline_by_the_model():
    content = (
        b"topicId,title,deadlineModel,deadline\n"
        b"A,one,single-stage,2026-09-03\nB,two,two-stage,2027-04-14\nC,three,multiple cut-off,2026-10-13\n"
    )

    one, two, three = read(content, format="eu-topics")

    assert (kinds(one), one.complete) == ([(DeadlineKind.SINGLE, 1)], True)
    assert (kinds(two), two.complete) == ([(DeadlineKind.STAGE_1, 1)], False)
    assert (kinds(three), three.complete) == ([(DeadlineKind.CUT_OFF, 1)], False)


def test_both_stages_are_read_where_the_list_tells_them():
    content = (
        b"identifier,title,openDate,closeDate,s2Date,process\n"
        b"A,one,2026-12-01,2027-04-08,2027-09-14,two-stage\nB,two,2026-12-01,2027-04-08,,single-stage\n"
    )

    two_stage, single = read(content, format="horizon-topics")

    assert kinds(two_stage) == [(DeadlineKind.OPENING, 1), (DeadlineKind.STAGE_1, 1), (DeadlineKind.STAGE_2, 1)]
    assert kinds(single) == [(DeadlineKind.OPENING, 1), (DeadlineKind.SINGLE, 1)]


def test_every_broken_row_is_refused_with_its_line_and_stops_nothing():
    content = HEADER + (
        b"A,one,regional,,18/02/2026 18:00,\n"
        b"B,two,regional,,soon,\n"
        b",three,regional,,,\n"
        b"D,,regional,,,\n"
        b"E,five,galactic,,,\n"
        b"F,six,regional,,,plenty\n"
        b"G,seven\n"
        b"H,eight,regional,2026-05-01,2026-04-01,\n"
        b"\n"
        b'I,nine,regional,,,"1.500.000,50"\n'
    )

    rows = read(content)

    assert [row.identifier for row in rows if isinstance(row, CallRow)] == ["A", "I"]
    assert [row for row in rows if isinstance(row, RefusedRow)] == [
        RefusedRow(3, "“soon” is not a date"),
        RefusedRow(4, "no identifier"),
        RefusedRow(5, "no title"),
        RefusedRow(6, "level “galactic” is none of regional, national, european, other"),
        RefusedRow(7, "budget_max “plenty” is not an amount"),
        RefusedRow(8, "2 values where the header has 6"),
        RefusedRow(9, "it closes before it opens"),
    ]
    assert [row.identifier for row in rows if isinstance(row, RefusedRow)] == ["B", "", "D", "E", "F", "", "H"]
    assert rows[-1].line == 11
    assert rows[-1].budget_max == Decimal("1500000.50")


def test_an_open_quote_swallows_no_other_row():
    rows = read(HEADER + b'A,"one,regional,,,\nB,two,regional,,,\nC,"th\nree",regional,,,\nD,four,regional,,,\n')

    assert [(row.line, row.identifier) for row in rows] == [
        (2, ""), (3, "B"), (4, "C"), (6, "D"),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter):
    content = HEADER.decode().replace(",", delimiter) + delimiter.join(["A", "one", "regional", "", "2026-04-01", ""])

    (row,) = read(content.encode())

    assert (row.identifier, row.title) == ("A", "one")


def test_utf8_with_bom_is_read_without_a_remark():
    said = []

    (row,) = read(b"\xef\xbb\xbf" + HEADER + "A,Mobilità,regional,,,\n".encode(), remark=said.append)

    assert (row.title, said) == ("Mobilità", [])


def test_windows_1252_is_read_and_remarked_on():
    said = []

    (row,) = read(HEADER + "A,Mobilità – 5 €,regional,,,\n".encode("cp1252"), remark=said.append)

    assert row.title == "Mobilità – 5 €"
    assert said == ["The file is not UTF-8; it was read as Windows-1252."]


def test_other_headers_are_mapped():
    (row,) = read(
        b"codice;titolo;data_fine_bando;level\nA;uno;18/02/2026 18:00;national\n",
        columns={"identifier": "codice", "title": "titolo", "closes": "data_fine_bando"},
    )

    assert (row.identifier, row.title, row.deadlines[0].reading.raw) == ("A", "uno", "18/02/2026 18:00")


def test_national_lists_are_read():
    (incentive,) = read(
        b"ID_Incentivo;Titolo;Data_apertura;Data_chiusura;Stanziamento_incentivo;Link_istituzionale\n"
        b"3251;Accordi;2026-01-14T10:00:00;2026-02-18T18:00:00;15375383,50;https://www.example.org/a\n",
        format="incentivi",
    )
    (notice,) = read(
        b"titolo,misura,data_inizio_bando,data_fine_bando,stato,soggetti_destinatari\n"
        b"Avviso 1,1.4.1,2026-01-14,2026-02-18,aperto,Comuni;Scuole\n",
        format="pa-digitale",
    )

    assert (incentive.identifier, incentive.level, incentive.language) == ("INCENTIVI-3251", Level.NATIONAL, "it")
    assert incentive.deadlines[1].reading.at.isoformat() == "2026-02-18T17:00:00+00:00"
    assert (notice.identifier, notice.programme) == ("PA-DIGITALE-avviso-1", "1.4.1")
    assert not notice.deadlines[1].reading.verified


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", "x" * 501, "title has 501 characters; 500 are allowed"),
        ("url", "javascript:alert(1)", "“javascript:alert(1)” is not a web address"),
        ("expected_grants", "many", "expected_grants “many” is not a number"),
        ("budget_max", "9" * 20, "budget_max “99999999999999999999” is too large"),
    ],
)
def test_values_that_a_call_cannot_keep_are_refused(field, value, reason):
    row = {"identifier": "A", "title": "one", field: value}

    assert read((",".join(row) + "\n" + ",".join(row.values()) + "\n").encode()) == [RefusedRow(2, reason)]


def test_a_null_character_is_refused():
    (row,) = read(HEADER + b"A,o\x00ne,regional,,,\n")

    assert isinstance(row, RefusedRow)


@pytest.mark.parametrize("content", [b"\x00\x01\x02PK\x03\x04", b"a;b;c\n1;2;3\n", b'{"title": 1}'])
def test_another_kind_of_file_is_said_to_be_one(content):
    with pytest.raises(UnreadableFile, match="No column “title”"):
        read(content)


def test_a_line_without_end_is_refused_before_any_row():
    rows = FORMATS["csv"](io.BytesIO(HEADER + b"A,one,regional,,,\n" + b"x" * 300_000), Options())

    with pytest.raises(UnreadableFile, match="more than 200000 bytes"):
        next(rows)


def test_budget_readiness_and_languages_are_read():
    (row,) = read(
        b"identifier;title;level;budget_total;trl_min;trl_max;languages\nA;one;regional;25.000.000;5;TRL 8;it, en\n"
    )

    assert (row.budget_total, row.trl_min, row.trl_max, row.languages) == (Decimal(25_000_000), 5, 8, "it, en")


@pytest.mark.parametrize("value", ["0", "10", "5-7", "high", "\u0665"])
def test_readiness_is_from_1_to_9(value):
    (row,) = read(f"identifier,title,level,trl_min\nA,one,regional,{value}\n".encode())

    assert row.reason == f"trl_min “{value}” is not from 1 to 9"


def test_national_lists_tell_the_budget_in_figures_or_in_words_and_how_a_call_ends():
    figures, words, click = read(
        b"ID_Incentivo,Titolo,Data_apertura,Data_chiusura,Note_di_apertura_chiusura,Stanziamento_incentivo\n"
        b'1,A,2026-01-14,2026-12-31,Fino a esaurimento delle risorse,"15375383,50"\n'
        b"2,B,2026-01-14,,,Circa 3 milioni di euro\n"
        b"3,C,2026-01-14,2026-03-04T12:00:00,Click day,\n",
        format="incentivi",
    )

    assert (figures.budget_total, kinds(figures)[1][0]) == (Decimal("15375383.50"), DeadlineKind.UNTIL_EXHAUSTED)
    assert (words.budget_total, kinds(words)) == (None, [(DeadlineKind.OPENING, 1)])
    assert kinds(click)[1][0] == DeadlineKind.CLICK_DAY


def test_notices_of_the_administration_hold_semicolons_in_their_last_column():
    (row,) = read(
        b"titolo,misura,data_inizio_bando,data_fine_bando,stato,totale_importo_stanziato,totale_importo_misura,"
        b"soggetti_destinatari\nAvviso,1.4.1,2026-01-14,2026-02-18,aperto,1000000.00,2000000.00,Comuni;Scuole;ASL\n",
        format="pa-digitale",
    )

    assert (row.budget_total, row.source_status) == (Decimal(1_000_000), "aperto")
