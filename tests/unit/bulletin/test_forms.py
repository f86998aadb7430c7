"""The forms of a bulletin: a page, tables, JSON; deterministic, in both languages, nothing personal."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from io import StringIO

import msgspec
import pytest

from router.bulletin.forms import ALL, render, render_revision
from router.bulletin.page import LISTED
from router.bulletin.revision import Printed, Revision
from router.bulletin.tables import Tables
from router.core import commands as c
from router.core.bulletin.document import Bulletin
from router.core.bulletin.ranking import Peers
from router.core.bulletin.standing import EVERYTHING
from router.core.territory.tree import Tree
from tests.bulletins import WEEK, bulletin, opened, solved, two_weeks, words
from tests.city import Play, city, file, rules
from tests.unit.core.calendars import china

LANGUAGES = ("zh", "en")
FORMS = ("html", "csv", "json")


@pytest.fixture(scope="module")
def found() -> Bulletin:
    return bulletin(two_weeks())


class Tags(HTMLParser):
    """Which elements are open when the page ends, and every address it names."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link"):
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("language", "departments", "offices"),
    [("zh", "区县 条线单位（civil）", "街道 块"), ("en", "district departments (civil)", "street territorial")],
)
def test_peers_are_named_in_words_with_the_code_of_their_line_in_brackets(
    found: Bulletin, language: str, departments: str, offices: str
) -> None:
    tables = Tables(found, words(language))
    assert (
        tables.peers_title(Peers(tier="district", kind="functional", line="civil", ranked=0, desks=()))
        == departments
    )
    assert tables.peers_title(Peers(tier="street", kind="territorial", line="", ranked=0, desks=())) == offices


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_the_same_document_gives_the_same_text(found: Bulletin, form: str, language: str) -> None:
    first, again = (render(found, form, words(language), ranking=True) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_for_itself_and_closes_what_it_opens(found: Bulletin, language: str) -> None:
    (page,) = render(found, "html", words(language), ranking=True).values()
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert all(address.startswith("#") or address == "data:," for address in tags.addresses)
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "style=" not in page
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page


def test_a_page_in_english_has_no_chinese_but_names_of_the_tree(found: Bulletin) -> None:
    (page,) = render(found, "html", words("en"), ranking=True).values()
    body = page[page.index("<body>") :]
    tree = city().file
    names = [one.name for one in tree.divisions]
    names += [one.name for one in tree.desks]
    names += [one.name for one in tree.categories]
    for name in sorted(names, key=len, reverse=True):
        body = body.replace(name, "")
    assert re.findall(r"[\u4e00-\u9fff]+", body) == []


def test_a_name_cannot_smuggle_anything_into_a_page() -> None:
    evil = '<script>alert("x")</script>'
    tree = file()
    divisions = tuple(msgspec.structs.replace(one, name=evil) for one in tree.divisions)
    in_force = rules(tree=Tree(msgspec.structs.replace(tree, divisions=divisions)))
    play = opened(1, in_force).wait_until(WEEK.cutoff_at)
    (page,) = render(bulletin([play], in_force), "html", words("zh"), ranking=True).values()
    assert evil not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("form", FORMS)
def test_the_ranking_is_there_only_when_asked_for(found: Bulletin, form: str) -> None:
    without, with_it = (render(found, form, words("en"), ranking=ranking) for ranking in (False, True))
    marks = {"html": "Peers compared", "csv": "Peers compared", "json": '"minimum_n"'}
    assert marks[form] not in "".join(without.values())
    assert marks[form] in "".join(with_it.values())


def test_the_shares_on_paper_sum_to_exactly_100(found: Bulletin) -> None:
    files = render(found, "csv", words("zh"), ranking=False)
    (name,) = (name for name in files if name.endswith("-shares.csv"))
    rows = list(csv.DictReader(StringIO(files[name], newline="")))
    assert sum(round(float(row["占比 %"]) * 10) for row in rows) == 1000
    assert sum(int(row["件数"]) for row in rows) == found.summary.week.opened


def test_a_page_lists_the_oldest_risks_and_a_table_all_of_them() -> None:
    plays = [opened(number).wait_until(WEEK.cutoff_at) for number in range(LISTED + 3)]
    many = bulletin(plays)
    (page,) = render(many, "html", words("en"), ranking=False).values()
    files = render(many, "csv", words("en"), ranking=False)
    assert f"This page lists the first {LISTED}" in page
    assert sum(play.case.id in page for play in plays) == LISTED
    assert all(play.case.id in files[ALL] for play in plays)


def test_no_text_and_no_reference_of_a_citizen_is_in_any_form() -> None:
    play = opened(1, text="张三 13812345678", contact_ref="contact-1", complainant="ab" * 32)
    play.wait_until(WEEK.cutoff_at)
    one = bulletin([play])
    for form in FORMS:
        text = "".join(render(one, form, words("zh"), ranking=True).values())
        assert play.case.id in text
        for secret in ("张三", "13812345678", "contact-1", "ab" * 32):
            assert secret not in text


# -- revised


def revision(*, printed: bool) -> Revision:
    """Of the two weeks' cases, and one more that was recorded on the Tuesday after."""
    plays = two_weeks()
    late = Play(rules(skew=timedelta(days=30)), china(2026, 9, 29, 9))
    late.open(source_id="late", at=china(2026, 9, 23, 10), category="bus")
    now = bulletin([*plays, late], known=EVERYTHING)
    return Revision(printed=Printed(bulletin=bulletin(plays), at=WEEK.cutoff_at) if printed else None, now=now)


def test_a_revised_one_says_what_was_learned_beside_what_was_printed() -> None:
    differences = revision(printed=True).differences(words("en"))
    found = {(one.table, one.line, one.column): (one.printed, one.now) for one in differences}
    assert found["What came and went", "Opened", "This week"] == (23, 24)
    assert found["By district", "湖滨区", "Opened"] == (15, 16)
    assert ("By district", "运河区", "Opened") not in found


def test_a_revised_page_shows_the_differences_and_says_that_the_printed_figures_stand() -> None:
    (page,) = render_revision(revision(printed=True), "html", words("en"), ranking=False).values()
    assert "What was learned since it was printed" in page
    assert "The printed ones stand." in page
    (page,) = render_revision(revision(printed=False), "html", words("en"), ranking=False).values()
    assert "This week was never printed" in page


def test_a_revised_json_has_both_documents_and_what_differs() -> None:
    (text,) = render_revision(revision(printed=True), "json", words("en"), ranking=False).values()
    document = json.loads(text)
    assert document["revised"]["summary"]["week"]["opened"] == document["printed"]["summary"]["week"]["opened"] + 1
    assert any(one["column"] == "This week" for one in document["differences"])


def test_nothing_learned_is_said_too() -> None:
    one = bulletin(two_weeks())
    same = Revision(printed=Printed(bulletin=one, at=WEEK.cutoff_at), now=one)
    assert same.differences(words("en")) == []
    assert "Nothing differs" in "".join(render_revision(same, "html", words("en"), ranking=False).values())


@pytest.mark.parametrize(
    ("language", "usual", "other"),
    [
        ("zh", "其后 30 天内无投诉", "其后 30 天（ROADS 10 天）内无投诉"),
        ("en", "no complaint until 30 days after", "no complaint until 30 days (ROADS 10 days) after"),
    ],
)
def test_the_definition_says_how_long_a_problem_lasts_in_this_city(language: str, usual: str, other: str) -> None:
    tree = file()
    short = tuple(
        msgspec.structs.replace(one, problem_days=10) if one.group == "roads" else one for one in tree.categories
    )
    shorter = Tree(msgspec.structs.replace(tree, categories=short))
    for in_force, said in ((rules(), usual), (rules(tree=shorter), other)):
        made = render(bulletin([opened(1, in_force)], in_force), "csv", words(language), ranking=False)[ALL]
        assert said.replace("ROADS", shorter.group_name("roads")) in made


def test_a_problem_lasts_as_long_as_the_tree_says() -> None:
    tree = file()
    short = tuple(
        msgspec.structs.replace(one, problem_days=2) if one.group == "roads" else one for one in tree.categories
    )
    counted = []
    for in_force in (rules(), rules(tree=Tree(msgspec.structs.replace(tree, categories=short)))):
        place = c.Place(asset_id="lamp-7")
        first = solved(opened(1, in_force, category="lamp", place=place), hours=1)
        again = opened(2, in_force, after={"days": 3}, category="lamp", place=place)
        counted.append(bulletin([first, again], in_force).summary.before_complaint.total.cohort.denominator)
    assert counted == [1, 2]
