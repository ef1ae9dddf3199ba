"""Money set aside as hidden lines at the end of a summary."""

from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import reservations
from hunkwise.core.reservations import Reservation

ONE = Reservation(name="0123456789abcdef", usd=0.25)
TWO = Reservation(name="fedcba9876543210", usd=0.5, is_settled=True)
MEMORY = "<!-- hunkwise:memory 3.0123456789abcdef 1/1 unsigned AAAA -->"


def test_a_reservation_stands_before_the_memory_and_the_text_is_left_as_it_is() -> None:
    body = reservations.written(f"mark\ntext\n{MEMORY}\n", ONE)
    assert body == f"mark\ntext\n<!-- hunkwise:reserved 0123456789abcdef 250000 -->\n{MEMORY}\n"
    assert reservations.read(body) == (ONE,)


def test_what_a_run_cost_takes_the_place_of_what_it_reserved() -> None:
    body = reservations.written(reservations.written(f"text\n{MEMORY}\n", TWO), ONE)
    settled = Reservation(name=ONE.name, usd=0.01, is_settled=True)
    assert reservations.read(reservations.written(body, settled)) == (TWO, settled)
    nothing = Reservation(name=ONE.name, usd=0.0, is_settled=True)
    assert reservations.read(reservations.written(body, nothing)) == (TWO,)
    assert reservations.total_usd(reservations.read(body)) == 0.75


def test_a_line_amid_the_text_is_none_of_ours() -> None:
    (line,) = reservations.lines([ONE])
    assert reservations.read(f"{line}\ntext\n{MEMORY}\n") == ()
    assert reservations.read("") == ()


@given(st.lists(st.text("<!-> hunkwise:reserved0123456789abcdef\n", max_size=90), max_size=5))
def test_whatever_a_summary_says_it_can_be_read_and_written(rows: list[str]) -> None:
    body = reservations.written("\n".join(rows), ONE)
    assert ONE in reservations.read(body)
