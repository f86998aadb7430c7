"""Masked personal data tell people apart and find nobody."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from router.core.commands import Contact
from router.core.telling.masking import masked, masked_address, masked_name, masked_number, masked_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+8613812341234", "+86****1234"),
        ("05398312345", "053****2345"),
        ("8312345", "****45"),
        ("12", "****"),
        ("", ""),
    ],
)
def test_a_telephone_number_keeps_three_and_four_digits(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("欧阳小明", "欧***"),
        ("张", "张*"),
        ("𬭎某", "𬭎*"),
        ("", ""),
        ("（示例）陈某某", "陈**"),
        ("(test) Ann", "A**"),
        ("【例】李四", "李*"),
        ("（匿名）", "匿**"),
        ("·张三", "张*"),
        ("（", "（*"),
    ],
)
def test_a_name_keeps_its_first_letter(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_an_identity_number_keeps_its_ends_and_no_date_of_birth() -> None:
    assert masked_number("11010119900307001X") == "1****X"


def test_an_address_keeps_its_first_letters() -> None:
    assert masked_address("湖滨区柳荫街道幸福路 7 号 2 单元") == "湖滨区****"


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_nothing_that_is_there_is_shown_whole(name: str, number: str) -> None:
    shown = masked(Contact(name=name, phone=number, identity_number=number, address=name))
    assert len(shown.name) >= 2
    assert "****" in shown.phone
    assert "****" in shown.identity_number
    assert "****" in shown.address
    assert shown.phone != number
