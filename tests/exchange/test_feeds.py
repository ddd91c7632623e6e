import io
from datetime import UTC, datetime

import pytest

from ideas.exchange.calls import CandidateRow, Options, RefusedRow, UnreadableFile
from ideas.exchange.formats import CANDIDATE_FORMATS, FORMATS


def rss(*items, head="<title>Calls of the region</title><link>https://region.example.org/</link>"):
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def item(title="Bando 1", link="https://region.example.org/1", guid="https://region.example.org/?p=1", more=""):
    return f"<item><title>{title}</title><link>{link}</link><guid>{guid}</guid>{more}</item>"


def read(content, **options):
    content = content if isinstance(content, bytes) else content.encode()
    return list(CANDIDATE_FORMATS["feed"](io.BytesIO(content), Options(**options)))


def test_news_is_never_among_the_formats_of_calls():
    assert not set(CANDIDATE_FORMATS) & set(FORMATS)


def test_entry_of_rss_is_a_candidate():
    (row,) = read(
        rss(
            item(
                title="Bando &amp;lt;b&amp;gt; 1 &amp;amp; 2 🚀",
                more="<pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate>"
                "<description>&lt;p&gt;One&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;Two</description>",
            )
        )
    )

    assert row == CandidateRow(
        line=1,
        source_key="https://region.example.org/?p=1",
        title="Bando <b> 1 & 2 🚀",
        url="https://region.example.org/1",
        summary="One\nTwo",
        published_at=datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
    )


def test_entry_of_atom_is_a_candidate():
    (row,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><title>Call</title><id>urn:uuid:1</id>'
        '<link href="https://example.org/a"/><updated>2026-03-01T00:00:00Z</updated></entry></feed>'
    )

    assert (row.source_key, row.url) == ("urn:uuid:1", "https://example.org/a")
    assert row.published_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_id_that_is_a_number_is_told_apart_by_its_feed():
    here = read(rss(item(guid="7")))
    there = read(rss(item(guid="7"), head="<title>Other</title><link>https://other.example.org/</link>"))

    assert here[0].source_key == "https://region.example.org/ 7"
    assert there[0].source_key == "https://other.example.org/ 7"


def test_entry_without_id_is_known_by_its_address_and_a_long_id_by_a_mark():
    by_address, by_mark = read(rss(item(guid=""), item(guid="https://x.example.org/" + "y" * 400)))

    assert by_address.source_key == "https://region.example.org/1"
    assert len(by_mark.source_key) == 64


def test_entry_that_tells_no_title_or_a_dangerous_address_is_refused():
    rows = read(rss(item(title=""), item(link="javascript:alert(1)"), item(link="", guid=""), item()))

    assert [row for row in rows if isinstance(row, RefusedRow)] == [
        RefusedRow(1, "no title"),
        RefusedRow(2, "“javascript:alert(1)” is not a web address"),
        RefusedRow(3, "neither an id nor an address"),
    ]
    assert rows[3].line == 4


def test_date_that_is_none_is_left_out():
    (row,) = read(rss(item(more="<pubDate>soon</pubDate>")))

    assert row.published_at is None


def test_feed_that_is_not_well_formed_is_read_and_remarked_on():
    said = []

    (row,) = read(rss(item(title="Energia &nbsp; & imprese")), remark=said.append)

    assert row.title == "Energia & imprese"
    assert said == ["The feed isn't well-formed; what could be read was read."]


@pytest.mark.parametrize("content", ["https://example.org/feed.xml", __file__, "{}", "a,b\n1,2\n", "<xml/>"])
def test_address_or_path_is_never_opened(content):
    with pytest.raises(UnreadableFile, match="neither RSS nor Atom"):
        read(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (rss(item())[:-30], "breaks off"),
        ('<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + rss(item(title="&b;")), "entities of its own"),
        (rss("<item>" * 60_000), "more than 60000 tags"),
        (rss(item(title="x" * 3_000_000)), "more than 3 MB"),
    ],
)
def test_feed_that_is_damaged_or_means_harm_is_refused_whole(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read(content)
