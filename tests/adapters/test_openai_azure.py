"""Azure OpenAI over real HTTP: by deployment with a dated version, and by the v1 interface."""

import pytest

import loopback_answers as answers
from chat_builder import KEY, chat, fault_of, request
from hunkwise.adapters.openai_chat import Azure, OpenAIChat
from hunkwise.errors import ChatFault, ConfigurationError
from loopback_answers import Answer
from loopback_model import LoopbackModel

VERSION = "2024-10-21"
DEPLOYED = f"/openai/deployments/review-1/chat/completions?api-version={VERSION}"
V1 = "/openai/v1/chat/completions"


def says(answer: Answer) -> LoopbackModel:
    return LoopbackModel(lambda body, index: answer, keys={KEY: "mine"})  # noqa: ARG005  # a script's arguments


@pytest.mark.parametrize("tail", ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/"])
@pytest.mark.parametrize(
    ("version", "path", "header"),
    [
        (VERSION, DEPLOYED, "api-key"),
        ("", V1, "authorization"),
        ("v1", V1, "authorization"),
        ("preview", V1, "authorization"),
    ],
)
def test_where_requests_go(tail: str, version: str, path: str, header: str) -> None:
    with LoopbackModel(keys={KEY: "mine"}) as server:
        at = Azure(url=f"http://{server.host}{tail}", api_version=version)
        with chat(server, base_url=at, model="review-1") as asked:
            reply = asked.complete(request())
    [sent] = server.requests
    assert (sent.path, sent.key, sent.credential) == (path, "mine", header)
    assert sent.body["model"] == "review-1"
    assert (sent.body["stream"], asked.name) == (True, "review-1")
    assert reply.first_text_s is not None


NAMES = {"AZURE_OPENAI_API_KEY": "x", "AZURE_OPENAI_AD_TOKEN": "token", "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:1"}


def test_the_sdk_takes_nothing_from_the_environment() -> None:
    with LoopbackModel(keys={KEY: "mine"}) as server:
        at = Azure(url=f"http://{server.host}", api_version=VERSION)
        environment = {
            **NAMES,
            "OPENAI_API_VERSION": "1999-01-01",
            "OPENAI_API_KEY": "y",
            "OPENAI_BASE_URL": "http://z",
        }
        with chat(server, base_url=at, model="review-1", environment=environment) as asked:
            asked.complete(request())
    assert [(sent.path, sent.key) for sent in server.requests] == [(DEPLOYED, "mine")]


REFUSALS = {
    "no such deployment": (
        answers.error(404, "The API deployment for this resource does not exist.", code="DeploymentNotFound"),
        ChatFault.UNKNOWN_MODEL,
        "has no model review-1",
        "set model to one",
    ),
    "no such resource": (
        answers.error(404, "Resource not found", code="404"),
        ChatFault.UNKNOWN_MODEL,
        "no chat completions for review-1",
        "check AZURE_OPENAI_ENDPOINT and model",
    ),
    "bad key": (
        answers.error(401, "Access denied due to invalid subscription key or wrong API endpoint.", code="401"),
        ChatFault.BAD_KEY,
        "refuses the API key",
        "check AZURE_OPENAI_API_KEY",
    ),
    "content filter": (
        answers.of_json(
            {
                "error": {
                    "message": "The response was filtered due to the prompt triggering Azure's content policy.",
                    "type": None,
                    "param": "prompt",
                    "code": "content_filter",
                    "status": 400,
                    "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
                }
            },
            400,
        ),
        ChatFault.CONTENT_FILTER,
        "content filter",
        "",
    ),
    "rate limit": (
        answers.error(429, "Requests have exceeded the token rate limit. Please retry after 7 seconds.", code="429"),
        ChatFault.RATE_LIMIT,
        "limits the rate",
        "max_parallel",
    ),
    "redirect": (answers.redirect("http://127.0.0.1:1/"), ChatFault.BAD_REQUEST, "redirects", "AZURE_OPENAI_ENDPOINT"),
}


@pytest.mark.parametrize("version", [VERSION, ""])
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_named_in_azures_words(name: str, version: str) -> None:
    answer, fault, words, hint = REFUSALS[name]
    with LoopbackModel(lambda body, index: answer) as server:  # noqa: ARG005  # a script's arguments
        at = Azure(url=f"http://{server.host}", api_version=version)
        with chat(server, base_url=at, model="review-1") as asked:
            error = fault_of(asked)
    assert error.fault is fault
    assert words in error.message
    assert hint in error.hint
    assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["", "resource.openai.azure.com", "ftp://x"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        OpenAIChat(model="m", api_key=KEY, base_url=Azure(url=url), timeout_s=1)
    assert "AZURE_OPENAI_ENDPOINT" in error.value.hint
