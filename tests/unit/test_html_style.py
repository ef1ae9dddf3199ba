import pytest

from hunkwise.render import html_style

AA = 4.5
"""Contrast that WCAG 2.2 (success criterion 1.4.3) asks of text."""


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [html_style.LIGHT, html_style.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", list(html_style.GROUNDS_BY_TEXT))
def test_text_stands_out_from_every_ground_it_is_on(scheme: dict[str, str], text: str) -> None:
    for ground in html_style.GROUNDS_BY_TEXT[text]:
        assert contrast(scheme[text], scheme[ground]) >= AA, (text, ground)


def test_both_schemes_name_the_same_colours_and_the_rules_use_no_other() -> None:
    assert html_style.LIGHT.keys() == html_style.DARK.keys()
    assert "#" not in html_style.CSS.partition("*{box-sizing")[2].replace("#changes", "")
