import pytest

from hunkwise.core import personal, redact

OWNERS = {"CODEOWNERS": b"# who\n*.py @ada-l @org/team bob@example.com\n/docs @bo  @ada-l # @nobody\n\n@lonely\n"}
NAMES = personal.owners(OWNERS)


def masked(text: str) -> str:
    return redact.text(text, personal.scan_with(lambda _: (), NAMES)).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail ada@shop.example.com now", "mail <redacted:email:1> now"),
        ("call +49 30 901820 now", "call <redacted:phone:1> now"),
        ("(212) 555-0142", "<redacted:phone:1>"),
        ("tel:+1-212-555-0142", "<redacted:phone:1>"),
        ('host = "10.0.3.17:5432"', 'host = "<redacted:ip-address:1>:5432"'),
        ("to 2001:db8::7334/64", "to <redacted:ip-address:1>/64"),
        ("ssh build7.eu.corp", "ssh <redacted:internal-host:1>"),
        ("http://db.internal:5432/x", "http://<redacted:internal-host:1>:5432/x"),
        ("10.0.0.1 10.0.0.2.", "<redacted:ip-address:1> <redacted:ip-address:2>."),
        ("'cache.local'", "'<redacted:internal-host:1>'"),
        ("by @ada-l and Ada-L", "by <redacted:person:1> and <redacted:person:2>"),
        ("thanks @bo", "thanks <redacted:person:1>"),
    ],
)
def test_personal_data_goes(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "code",
    [
        "@decorator\ndef f(): ...",
        "version = '1.2.3'",
        "x = 1.2.3.4.5",
        "a[1::2]",
        "std::vector<int>",
        "127.0.0.1:8080",
        "999.1.1.1",
        "10:20:30",
        "key.internal(1)",
        "self.local = 3",
        "x = +1 - 2 + 3",
        "bo = 3",
        "x @ y",
        "@org/team",
    ],
)
def test_code_stays(code: str) -> None:
    assert masked(code) == code


def test_owners_are_the_people_of_the_first_file_there_is() -> None:
    assert NAMES == ("ada-l", "bo")
    assert personal.owners({**OWNERS, ".github/CODEOWNERS": b"* @x"}) == ("x",)
    assert personal.owners({}) == ()
    assert redact.text("by @ada-l", personal.scan_with(lambda _: (), ())).text == "by @ada-l"
