"""Whether one request more fits into the budget: pure arithmetic over values.

Before a request is sent, the most it can cost is set aside; when it has ended, what it did cost is booked instead. So
requests under way can't overdraw together what each of them alone would keep to.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Money, tokens and requests; `usd` is 0 where nobody knows the price."""

    usd: float = 0.0
    tokens: int = 0
    requests: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            usd=self.usd + other.usd, tokens=self.tokens + other.tokens, requests=self.requests + other.requests
        )

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(
            usd=self.usd - other.usd, tokens=self.tokens - other.tokens, requests=self.requests - other.requests
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a run may cost, `usd`, beside what others of the change cost or have reserved, `spent_before_usd`."""

    spent_before_usd: float
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that a run may use; None: no bound.

    `spent_before_usd` is what other runs of the change cost, `reserved_usd` what this one has reserved for itself.
    """

    max_cost_usd: float | None = None
    max_tokens: int | None = None
    max_requests: int | None = None
    spent_before_usd: float = 0.0
    reserved_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A budget with what is booked and what is set aside for requests under way."""

    budget: Budget
    booked: Amount = Amount()
    set_aside: Amount = Amount()


def refusal(account: Account, wanted: Amount) -> str | None:
    """Return why `wanted` can't be had any more, whatever the requests under way cost; None: it can, or may yet."""
    return _over(account.budget, account.booked + wanted)


def must_wait(account: Account, wanted: Amount) -> bool:
    """Whether `wanted` fits only when requests under way turn out cheaper than the most they can cost."""
    return _over(account.budget, account.booked + account.set_aside + wanted) is not None


def granted(account: Account, grant: Grant) -> Account:
    """Return the account of a run that may cost what it has reserved."""
    budget = replace(account.budget, spent_before_usd=grant.spent_before_usd, reserved_usd=grant.usd)
    return replace(account, budget=budget)


def reserved(account: Account, wanted: Amount) -> Account:
    """Return the account with `wanted` set aside."""
    return replace(account, set_aside=account.set_aside + wanted)


def settled(account: Account, wanted: Amount, used: Amount) -> Account:
    """Return the account with what was set aside as `wanted` booked as `used`."""
    return replace(account, set_aside=account.set_aside - wanted, booked=account.booked + used)


def _over(budget: Budget, total: Amount) -> str | None:
    tiny = 1e-12  # sums of money are floats
    usd = budget.spent_before_usd + total.usd
    if budget.max_cost_usd is not None and usd > budget.max_cost_usd + tiny:
        return f"max_cost of ${budget.max_cost_usd:g} is used up"
    if budget.reserved_usd is not None and total.usd > budget.reserved_usd + tiny:
        return f"the ${budget.reserved_usd:.2g} that this run has reserved are used up"
    if budget.max_tokens is not None and total.tokens > budget.max_tokens:
        return f"max_tokens of {budget.max_tokens:,} is used up"
    if budget.max_requests is not None and total.requests > budget.max_requests:
        return f"max_requests of {budget.max_requests:,} is used up"
    return None
