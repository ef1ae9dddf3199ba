"""Prices, budgets, risk, trials, keys: small pure decisions of the gateway."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.adapters import price_list
from hunkwise.core import budgeting, key_choice, pricing, risk, trials, verdict
from hunkwise.core.budgeting import Account, Amount, Budget, Grant
from hunkwise.core.key_choice import KeyLoad
from hunkwise.core.pricing import Price
from hunkwise.core.trials import Trial
from hunkwise.errors import ConfigurationError
from hunkwise.model.chat import TokenUsage
from hunkwise.model.ledger import UNREAD_BUDGET, Entry, HunkState, Ledger
from hunkwise.model.material import Chunk
from material_builder import passage

PRICE = Price(prompt=2.0, cached_prompt=0.5, completion=8.0)


def test_cached_tokens_cost_less_and_what_is_not_known_has_no_cost() -> None:
    whole = TokenUsage(prompt=1000, cached_prompt=400, completion=100)
    assert pricing.cost_usd(PRICE, whole) == pytest.approx((600 * 2 + 400 * 0.5 + 100 * 8) / 1e6)
    assert pricing.cost_usd(PRICE, TokenUsage(prompt=10, cached_prompt=None, completion=0)) == pytest.approx(20 / 1e6)
    assert pricing.cost_usd(PRICE, TokenUsage(prompt=10, cached_prompt=99, completion=0)) == pytest.approx(5 / 1e6)
    assert pricing.cost_usd(None, whole) is None
    assert pricing.cost_usd(PRICE, TokenUsage(prompt=None, cached_prompt=None, completion=1)) is None
    assert pricing.cost_usd(PRICE, TokenUsage(prompt=1, cached_prompt=None, completion=None)) is None


def test_a_dated_name_costs_what_the_undated_one_does_and_another_model_nothing_known() -> None:
    prices = {"m": PRICE}
    assert pricing.of_model(prices, "m-2026-01-31") is PRICE
    assert pricing.of_model(prices, "m-20260131") is PRICE
    assert pricing.of_model(prices, "m-mini") is None


def test_prices_are_given_in_two_or_three_figures() -> None:
    assert pricing.given(["a=2/8", " b = 2/0.5/8"]) == {"a": Price(prompt=2, cached_prompt=2, completion=8), "b": PRICE}


@pytest.mark.parametrize("line", ["", "a", "a=1", "a=1/2/3/4", "a=x/y", "=1/2", "a=1..2/3"])
def test_what_is_no_price_is_refused(line: str) -> None:
    with pytest.raises(ConfigurationError, match="is no price"):
        pricing.given([line])


def test_the_packaged_table_knows_the_default_model() -> None:
    assert "gpt-5-mini" in price_list.packaged()
    for price in price_list.packaged().values():
        assert 0 < price.cached_prompt <= price.prompt < (price.completion or 1)


def test_a_model_that_embeds_has_a_price_for_prompts_alone() -> None:
    price = price_list.packaged()["text-embedding-3-small"]
    assert pricing.cost_usd(price, TokenUsage(prompt=1_000_000, cached_prompt=0, completion=0)) == price.prompt
    assert pricing.given(["e=0.02/0"]) == {"e": Price(prompt=0.02, cached_prompt=0.02, completion=0)}


amounts = st.builds(Amount, usd=st.floats(0, 0.01), tokens=st.integers(0, 1000), requests=st.integers(0, 1))


@given(st.lists(st.tuples(amounts, st.floats(0, 1)), max_size=30))
def test_no_order_of_requests_overdraws_a_budget(steps: list[tuple[Amount, float]]) -> None:
    account = Account(budget=Budget(max_cost_usd=0.05, max_tokens=5000, max_requests=9, spent_before_usd=0.01))
    under_way: list[tuple[Amount, float]] = []
    for wanted, share in steps:
        if budgeting.refusal(account, wanted) is None and not budgeting.must_wait(account, wanted):
            account = budgeting.reserved(account, wanted)
            under_way.append((wanted, share))
        elif under_way:
            asked, part = under_way.pop(0)
            used = Amount(usd=asked.usd * part, tokens=int(asked.tokens * part), requests=asked.requests)
            account = budgeting.settled(account, asked, used)
    for asked, _ in under_way:
        account = budgeting.settled(account, asked, asked)
    assert account.booked.usd + 0.01 <= 0.05 + 1e-9
    assert account.booked.tokens <= 5000
    assert account.booked.requests <= 9


def test_without_bounds_everything_fits() -> None:
    account = Account(budget=Budget())
    assert budgeting.refusal(account, Amount(usd=1e9, tokens=10**12, requests=10**9)) is None


def test_chunks_are_ordered_by_what_their_files_do_and_by_what_rules_found() -> None:
    paths = ["docs/a.md", "tests/test_login.py", "settings.toml", "src/shape.py", "src/login.py"]
    chunks = [Chunk(passages=(passage("+x = 1", path=path),)) for path in paths]
    assert [paths[index] for index in risk.order(chunks)] == list(reversed(paths))
    assert risk.order(chunks, {"docs/a.md"})[:2] == (4, 0)
    assert risk.order([chunks[3], chunks[3]]) == (0, 1)


@given(st.integers(1, 100_000))
def test_a_trial_takes_the_same_pull_requests_in_every_run_and_no_two_take_one(number: int) -> None:
    known = [Trial(share=0.3, model="b"), Trial(share=0.7, prompt="2.0.0")]
    assert trials.choose(known, number) in known
    assert trials.choose(known, number) == trials.choose(known, number)
    assert trials.choose([], number) is None


def test_a_trial_takes_about_its_share() -> None:
    taken = sum(trials.choose([Trial(share=0.2, model="b")], number) is not None for number in range(5000))
    assert 900 < taken < 1100


def test_a_trial_is_told_in_one_sentence() -> None:
    assert trials.sentence(Trial(share=0.1, model="b")) == (
        "This pull request is among the 10% on which the model b is tried."
    )
    assert "version 2.0.0 of the prompt is tried" in trials.sentence(Trial(share=0.5, prompt="2.0.0"))


def load(*, is_out: bool = False, wait_s: float = 0.0, under_way: int = 0, used: int = 0) -> KeyLoad:
    return KeyLoad(is_out=is_out, wait_s=wait_s, under_way=under_way, used=used)


def test_a_key_is_taken_that_need_not_wait_then_the_least_loaded_then_the_least_used() -> None:
    assert key_choice.choose([load(wait_s=1.0), load(under_way=5)]) == 1
    assert key_choice.choose([load(under_way=2), load(under_way=1, used=9)]) == 1
    assert key_choice.choose([load(used=2), load(used=1)]) == 1
    assert key_choice.choose([load(is_out=True), load(wait_s=9.0)]) == 1
    assert key_choice.choose([load(is_out=True)]) is None


def test_only_what_the_budget_left_unread_makes_a_ledger_short_of_budget() -> None:
    def ledger(*reasons: str | None) -> Ledger:
        return Ledger(
            entries=tuple(
                Entry(file="a", hunk=None, added=0, deleted=0, state=HunkState.FAILED, reason=reason)
                for reason in reasons
            )
        )

    assert verdict.is_short_of_budget(ledger(f"{UNREAD_BUDGET} (x)"))
    assert not verdict.is_short_of_budget(ledger(f"{UNREAD_BUDGET} (x)", "refusal: no"))
    assert not verdict.is_short_of_budget(ledger(None))
    assert not verdict.is_short_of_budget(ledger())


def test_a_run_keeps_to_what_it_has_reserved() -> None:
    account = Account(budget=Budget(max_cost_usd=1.0))
    bound = budgeting.granted(account, Grant(spent_before_usd=0.5, usd=0.2))
    assert budgeting.refusal(bound, Amount(usd=0.2)) is None
    assert budgeting.refusal(bound, Amount(usd=0.3)) == "the $0.2 that this run has reserved are used up"
    assert budgeting.refusal(bound, Amount(usd=0.6)) == "max_cost of $1 is used up"


def test_each_arm_of_an_experiment_has_a_name() -> None:
    arms = [trials.arm(each) for each in (Trial(share=0.1, model="m"), Trial(share=0.1, prompt="1.0.0"), None)]
    assert arms == ["model=m", "prompt=1.0.0", "control"]
