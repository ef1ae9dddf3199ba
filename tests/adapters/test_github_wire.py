"""How the adapter waits, gives up and explains, over real HTTP and a driven clock."""

import time
from collections.abc import Callable

import pytest

from fakes import DrivenClock
from github_builder import Desk
from hunkwise.adapters.github import Wire
from hunkwise.errors import ConfigurationError, HostError, PermissionDeniedError
from hunkwise.model.publication import Written
from loopback_github import Limits, LoopbackGitHub, Pull, faults
from loopback_github.refusals import RefusalError

Break = Callable[..., faults.Fault]


def opened(github: LoopbackGitHub) -> Pull:
    github.state.commit({"a.py": "one\n"})
    return github.state.open_pull(head={"a.py": "two\n"})


def refusal(status: int, message: str, **headers: str) -> faults.Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return faults.Fault(times=999, answer=RefusalError(status, {"message": message}, named))


def test_a_read_survives_a_storm_and_waits_longer_each_time() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(faults.storm(502, times=2), faults.cut(skip=2, times=2))
        assert desk.host.overview(()).pull.number == 1
        assert desk.clock.slept == [1, 2, 4, 8]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.storm(502, times=99), "GitHub at 127.0.0.1:PORT answers 502 on pull request acme/shop#1: Server Error"),
        (faults.cut(times=99), "GitHub at 127.0.0.1:PORT can't be reached, or broke off (ConnectionError)"),
    ],
)
def test_a_read_gives_up_after_five_tries_and_says_why(fault: faults.Fault, said: str) -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(fault)
        with pytest.raises(HostError) as error:
            desk.host.overview(())
        assert error.value.message == said.replace("PORT", github.url.rpartition(":")[2])
        assert len(github.lines) == 5


def test_a_timeout_is_told_as_one() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github), timeout_s=1)
        desk.host.hurry()
        github.faults.add(faults.slow(60))
        with pytest.raises(HostError, match="gives no answer in time"):
            desk.host.overview(())


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_is_waited_for_as_long_as_it_asks(status: int) -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(faults.secondary_limit(7, status=status, times=2))
        assert desk.host.create_comment("x", "x") is Written.DONE
        assert desk.clock.slept == [7, 7]
        assert len(github.snapshot()["pulls"][1]["comments"]) == 1


def test_a_limit_that_names_no_time_is_waited_for_a_minute_and_then_longer() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(faults.secondary_limit(None, times=2))
        assert desk.host.create_comment("x", "x") is Written.DONE
        assert desk.clock.slept == [60, 120]


def test_a_limit_is_not_waited_for_longer_than_ten_minutes_in_all() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(faults.secondary_limit(None, method="", times=999))
        with pytest.raises(HostError, match="limits the rate") as error:
            desk.host.overview(())
        assert desk.host.create_comment("x", "x") is Written.LOST
        assert desk.host.create_comment("x", "x") is Written.LOST
        assert desk.clock.slept == [60, 120, 240, 60, 120]
        assert not isinstance(error.value, PermissionDeniedError)


def test_the_hour_s_limit_is_waited_for_until_it_resets() -> None:
    clock, started = DrivenClock(), time.time()
    limits = Limits(actions_requests_an_hour=1)
    with LoopbackGitHub(limits=limits, now=lambda: started + clock.now) as github:
        desk = Desk(github, opened(github), clock=clock)
        github.state.account("ann", role="admin")
        assert desk.host.may_write("ann")
        clock.now = 3400.0
        assert desk.host.may_write("ann")
        assert len(clock.slept) == 1
        assert 200 <= clock.slept[0] <= 202


def test_the_reset_is_compared_with_github_s_own_clock() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        spent = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(time.time()) + 100)}
        github.faults.add(refusal(403, "API rate limit exceeded", **spent))
        with pytest.raises(HostError, match=r"asks to wait (99|100|101) s"):
            desk.host.overview(())
        assert set(desk.clock.slept) <= {99, 100, 101}


def test_an_hour_s_limit_that_resets_late_is_told_at_once() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        spent = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(time.time()) + 3000)}
        github.faults.add(refusal(403, "API rate limit exceeded", **spent))
        with pytest.raises(HostError, match=r"asks to wait (2999|3000|3001) s"):
            desk.host.overview(())
        assert desk.clock.slept == []


def test_graphql_tells_of_a_limit_in_its_answer() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        errors = [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]
        github.faults.add(faults.raw(200, {"data": None, "errors": errors}))
        assert desk.host.overview(()).pull.number == 1
        assert desk.clock.slept == [60]


def test_a_query_that_went_wrong_is_asked_again_and_a_wrong_query_is_not() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(
            faults.raw(200, {"errors": [{"message": "Something went wrong while executing your query."}]})
        )
        assert desk.host.overview(()).pull.number == 1
        github.faults.add(faults.raw(200, {"errors": [{"message": "no field", "extensions": {"code": "x"}}]}))
        before = len(github.lines)
        with pytest.raises(HostError, match="gives no answer on pull request acme/shop#1: no field"):
            desk.host.overview(())
        assert len(github.lines) == before + 1


def test_a_missing_permission_is_named_by_github_or_by_us() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(refusal(403, "Resource not accessible by integration"))
        with pytest.raises(PermissionDeniedError, match="denies the token pull request acme/shop#1") as error:
            desk.host.overview(())
        assert error.value.hint == "give the token contents: read and pull-requests: read"
        github.faults.clear()
        github.faults.add(refusal(403, "no", x_accepted_github_permissions="pull_requests=read"))
        with pytest.raises(PermissionDeniedError) as error:
            desk.host.overview(())
        assert error.value.hint == "give the token pull_requests=read"
        github.faults.clear()
        github.faults.add(refusal(403, "no", x_github_sso="required; url=https://github.com/orgs/x/sso"))
        with pytest.raises(PermissionDeniedError) as error:
            desk.host.overview(())
        assert "single sign-on" in error.value.hint
        assert desk.clock.slept == []


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"data": {"repository": {"pullRequest": {"number": 1}}}},
        {"data": {"viewer": {"login": "x"}, "repository": None}},
        {"data": []},
    ],
)
def test_an_answer_that_is_none_of_github_s_is_an_error(payload: dict[str, object]) -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(faults.raw(200, payload, times=99))
        with pytest.raises(HostError):
            desk.host.overview(())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_write_that_is_redirected_is_not_taken_for_done(status: int) -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        named = {"Location": "https://elsewhere.example/repos"}
        github.faults.add(faults.Fault(answer=RefusalError(status, {"message": "Moved Permanently"}, named)))
        assert desk.host.create_comment("x", "x") is Written.REJECTED


def test_nobody_listens() -> None:
    with LoopbackGitHub() as github:
        clock = DrivenClock()
        pull = Desk(github, opened(github), clock=clock)
    with pytest.raises(HostError, match="can't be reached"):
        pull.host.overview(())


def test_an_enterprise_server_s_addresses_are_derived() -> None:
    with LoopbackGitHub(enterprise=True) as github:
        opened(github)
        desk = Desk(github, 1)
        desk.pull.wire = Wire(token=github.token(), clock=desk.clock, api_url=github.url)
        assert desk.host.overview(()).pull.number == 1
        assert github.url.endswith("/api/v3")


def test_a_token_is_needed_and_goes_to_one_host() -> None:
    clock = DrivenClock()
    with pytest.raises(ConfigurationError, match="no token"):
        Wire(token=" ", clock=clock)
    with pytest.raises(ConfigurationError, match=r"GITHUB_GRAPHQL_URL is on b\.example, GITHUB_API_URL on a\.example"):
        Wire(token="x", clock=clock, api_url="https://a.example/api/v3", graphql_url="https://b.example/api/graphql")
    Wire(token="x", clock=clock, api_url="https://a.example/api/v3", graphql_url="https://a.example:443/api/graphql")


@pytest.mark.parametrize(
    "url", ["ftp://x", "github.com", "https://", "https://u:p@h/api", "https://h?x=1", "https://h:99999", "http://[x"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigurationError, match="GITHUB_API_URL is no http"):
        Wire(token="x", clock=DrivenClock(), api_url=url)


def test_the_host_is_called_by_its_name() -> None:
    assert Wire(token="x", clock=DrivenClock()).host == "GitHub"
    assert Wire(token="x", clock=DrivenClock(), api_url="https://ghe.example/api/v3").host == "GitHub at ghe.example"


def test_a_run_that_is_over_waits_no_more() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        github.faults.add(faults.storm(502, times=99))
        desk.host.hurry()
        with pytest.raises(HostError):
            desk.host.overview(())
        assert (desk.clock.slept, len(github.lines)) == ([], 1)


def test_the_connection_may_be_closed_and_used_again() -> None:
    with LoopbackGitHub() as github:
        desk = Desk(github, opened(github))
        desk.host.overview(())
        desk.wire.close()
        assert desk.host.head_sha()
