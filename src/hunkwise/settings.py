"""One frozen Settings value, validated where configuration enters.

The list of settings is flat, so that each has one name everywhere: `fail_on` in `.hunkwise.yml`,
`HUNKWISE_FAIL_ON` in the environment, `--fail-on` on the command line.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from hunkwise.core import lifetimes, nearness

Patterns = tuple[str, ...]

NOTHING = "none"
"""The word for what is not wanted, of a setting that may be empty: as YAML's null, in all places alike."""


def _named(model: str) -> str:
    if model.lower() == NOTHING:
        raise ValueError(f"{model} is no model's name")
    return model


ModelName = Annotated[str, Field(min_length=1), AfterValidator(_named)]
"""What an endpoint calls a model."""


class Experiment(BaseModel):
    """A share of all pull requests that another model, or another version of the prompt, reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    share: Annotated[float, Field(gt=0, le=1)]
    model: ModelName | None = None
    prompt: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, given: object) -> object:
        """Read `model=NAME@0.1`, as the environment gives it."""
        if not isinstance(given, str):
            return given
        what, _, share = given.rpartition("@")
        name, _, value = what.partition("=")
        return {name.strip(): value.strip(), "share": share.strip()}

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        """Refuse an experiment on nothing, or on two things at once: nobody could tell which of them it was."""
        if (self.model is None) == (self.prompt is None):
            raise ValueError("an experiment names a model or a prompt")
        return self


KEY_VARIABLE = r"^(AZURE_)?OPENAI_API_KEY_[A-Z0-9_]{1,64}$"
"""Variables that a configuration may name as a key's: it must not send any other secret of a runner to a server."""

KEY_FILE = "OPENAI_API_KEY_FILE"
"""The one of them that names a place, not a key."""

Limit = Annotated[int, Field(gt=0)] | None


class Team(BaseModel):
    """Whose key and whose limits a review takes; what is not given is as for everybody."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
    paths: Patterns = Field((), description="Gitignore patterns; a change whose files all match is this team's.")
    key_variable: Annotated[str, Field(pattern=KEY_VARIABLE)] | None = Field(
        None,
        description="The environment variable that holds its keys: OPENAI_API_KEY_NAME, AZURE_OPENAI_API_KEY_NAME.",
    )
    max_parallel: Annotated[int, Field(ge=1, le=64)] | None = None
    max_cost: Annotated[float, Field(gt=0)] | None = None
    max_tokens: Limit = None
    max_requests: Limit = None
    requests_per_minute: Limit = None
    tokens_per_minute: Limit = None

    @field_validator("key_variable")
    @classmethod
    def _holds_a_key(cls, name: str | None) -> str | None:
        if name == KEY_FILE:
            raise ValueError(f"{KEY_FILE} holds no key, but the name of a file")
        return name

    @property
    def limits(self) -> dict[str, int | float]:
        """The limits that are given, by the name of the setting."""
        return self.model_dump(exclude={"name", "paths", "key_variable"}, exclude_none=True)


class TeamInstruction(BaseModel):
    """A team's own words on the review of files that match one of `paths`; of all files where there are none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: Annotated[Patterns, Field(max_length=20)] = ()
    text: Annotated[str, Field(min_length=1, max_length=2_000)]

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, given: object) -> object:
        """Read plain words, as the environment gives them."""
        return {"text": given} if isinstance(given, str) else given


class Settings(BaseModel):
    """Everything a review can be told. Keys of providers are not settings: they come from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, title="hunkwise configuration")

    engine: Literal["auto", "llm", "rules"] = Field(
        "auto",
        description="llm asks a model; rules is the embedded engine; auto is llm when a key or base URL is set.",
    )
    model: ModelName = Field("gpt-5-mini", description="The model's name at the endpoint.")
    fallback_models: tuple[ModelName, ...] = Field(
        (), description="Models at the same endpoint that stand in, in this order, while the model can't be asked."
    )
    cheap_model: ModelName | None = Field(
        None, description="Model at the same endpoint for documentation and tests that name nothing grave."
    )
    fail_on: Literal["high", "medium", "low", "never"] = Field("high", description="The lowest severity that blocks.")
    min_confidence: Annotated[float, Field(ge=0, le=1)] = Field(
        0.6, description="A model's finding below this confidence does not block; rules carry their own."
    )
    include: Patterns = Field(
        (), description="Only files that match one of these gitignore patterns are reviewed; empty means all."
    )
    exclude: Patterns = Field((), description="Files that match one of these gitignore patterns are skipped.")
    max_file_lines: Annotated[int, Field(gt=0)] = Field(
        20_000, description="A file with more changed lines is left unread, which makes the outcome incomplete."
    )
    max_line_chars: Annotated[int, Field(gt=0)] = Field(
        20_000, description="A hunk with a longer line is left unread, which makes the outcome incomplete."
    )
    chunk_tokens: Annotated[int, Field(ge=200, le=200_000)] = Field(
        12_000, description="Tokens of diff that one request may hold."
    )
    context_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.3, description="Tokens of context beside the hunks, as a share of the hunks' own; 0 switches it off."
    )
    max_parallel: Annotated[int, Field(ge=1, le=64)] = Field(8, description="Requests under way at once.")
    max_tries: Annotated[int, Field(ge=1, le=10)] = Field(
        5, description="Tries for one request while the fault may pass: rate limit, overload, timeout, connection."
    )
    timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(
        120.0, description="Seconds one request may take before it counts as failed."
    )
    deadline_s: Annotated[float, Field(gt=0, le=21_600)] = Field(
        1800.0,
        description="Seconds after which a run sends no request any more; what is unread then makes it incomplete.",
    )
    max_cost: Annotated[float, Field(gt=0)] | None = Field(
        None, description="US dollars that a run, and all runs of one pull request together, may cost."
    )
    max_tokens: Annotated[int, Field(gt=0)] | None = Field(
        None, description="Tokens, of prompts and answers, that a run may use."
    )
    max_requests: Annotated[int, Field(gt=0)] | None = Field(None, description="Requests that a run may send.")
    requests_per_minute: Limit = Field(
        None, description="Requests that a run may send in a minute with each key, where the endpoint allows more."
    )
    tokens_per_minute: Limit = Field(None, description="The same for tokens, of prompts and answers, as estimated.")
    prices: Patterns = Field(
        (),
        description="Prices over the packaged ones: model=prompt/answer or model=prompt/cached/answer, USD a million.",
    )
    experiments: tuple[Experiment, ...] = Field(
        (),
        description="Shares of pull requests that another model or prompt reads: {model: m, share: 0.1} or prompt.",
    )
    teams: tuple[Team, ...] = Field(
        (), description="Keys and limits of teams, by the paths of a change: {name: t, paths: [a/**], key_variable: V}."
    )
    team: str | None = Field(None, description="The team whose key and limits count, whatever the paths are.")
    privacy: Literal["secrets", "personal", "strict"] = Field(
        "secrets",
        description="personal also keeps addresses, numbers, internal hosts and owners; strict comments and strings.",
    )
    allow_secrets: Patterns = Field(
        (), description="Secrets in files that match one of these gitignore patterns are no findings; still masked."
    )
    prompt_version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] = Field(
        "1.1.0", description="Version of the review prompt."
    )
    examples: Annotated[int, Field(ge=0, le=3)] = Field(
        2, description="Worked examples that a request holds, chosen for its kind of change and language."
    )
    instructions: Annotated[tuple[TeamInstruction, ...], Field(max_length=20)] = Field(
        (), description="What to look at in files that match: {paths: [patterns], text: words}; no paths, all files."
    )
    verify: Literal["off", "risky", "all"] = Field(
        "all",
        description="Which findings above low a second request tries to refute: all, those on risky paths, or off.",
    )
    passes: Annotated[int, Field(ge=1, le=5)] = Field(
        1, description="Times that a change is asked about; kept is what most of them find. Each costs a review."
    )
    describe: bool = Field(
        default=False, description="A walkthrough of the change in the summary of a pull request, for one request more."
    )
    cache: bool = Field(
        default=True, description="Answers to the very same question are kept and used again, where there is a place."
    )
    cache_ttl: Patterns = Field(
        (),
        description="How long answers are fresh, in a stable and in an active repository: code=1d/1h, test=12h/30min.",
    )
    cache_size: Patterns = Field(
        (), description="How many answers of a kind are kept, and megabytes of them: code=20000 or code=20000/50MB."
    )
    near: Patterns = Field(
        (), description="How alike (0.5 to 1, 0.88 by itself, or off) what was asked before must be: documentation=0.9."
    )
    embedder: Literal["auto", "ngrams", "openai", "minilm"] = Field(
        "auto", description="Who tells how alike texts are: openai with a key of OpenAI itself, else ngrams, offline."
    )
    embedding_model: ModelName = Field(
        "text-embedding-3-small", description="The model's name at the endpoint, for the embedder openai."
    )
    on_incomplete: Literal["neutral", "failure"] = Field(
        "neutral", description="How the check ends when the outcome is incomplete; GitHub lets neutral pass."
    )
    review_event: Literal["comment", "approve"] = Field(
        "comment", description="approve lets the review approve or request changes; comment leaves that to people."
    )
    max_comments: Annotated[int, Field(ge=0, le=100)] = Field(
        10, description="Inline comments of one review; further findings stand in its summary."
    )
    skip_drafts: bool = Field(default=True, description="Draft pull requests wait until they are ready for review.")
    skip_authors: Patterns = Field(
        (), description="Pull requests of these logins are skipped, unless others push to them; * and ? are wildcards."
    )
    skip_labels: Patterns = Field(
        (), description="Pull requests with one of these labels are skipped: whoever may label may skip the review."
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing(cls, given: object) -> object:
        """Read the word `none`, and YAML's null, where a setting may be empty."""
        if not isinstance(given, dict):
            return given
        empty = {key: field.default for key, field in cls.model_fields.items() if field.default in (None, ())}
        return {key: empty.get(key, value) if str(value).lower() == NOTHING else value for key, value in given.items()}

    @field_validator("verify", mode="before")
    @classmethod
    def _off(cls, given: object) -> object:
        """Read `verify: off`, which YAML takes for false."""
        return "off" if given is False else given

    @field_validator("cache_ttl", "cache_size", "near", mode="before")
    @classmethod
    def _as_pairs(cls, given: object) -> object:
        """Read a mapping, as a file gives it best, as the list that the environment gives."""
        return tuple(f"{pool}={value}" for pool, value in given.items()) if isinstance(given, dict) else given

    @field_validator("cache_ttl", "cache_size", "near")
    @classmethod
    def _pools(cls, given: Patterns, info: ValidationInfo) -> Patterns:
        """Refuse what is no lifetime, no limit or no likeness."""
        readers = {"cache_ttl": lifetimes.lifetimes, "cache_size": lifetimes.limits, "near": nearness.thresholds}
        readers[info.field_name or ""](given)
        return given

    @field_validator("teams")
    @classmethod
    def _different_names(cls, teams: tuple[Team, ...]) -> tuple[Team, ...]:
        names = [each.name for each in teams]
        if len(set(names)) < len(names):
            raise ValueError("two teams have one name")
        return teams

    @field_validator("team")
    @classmethod
    def _known_team(cls, team: str | None, info: ValidationInfo) -> str | None:
        """Refuse a team that nobody knows: its change would be read with another's key."""
        names = [each.name for each in info.data.get("teams", ())]
        if team is not None and team not in names:
            known = f"the teams are {', '.join(names)}" if names else "`teams` names none"
            raise ValueError(f"there is no team {team}; {known}")
        return team

    @field_validator("experiments")
    @classmethod
    def _shares(cls, experiments: tuple[Experiment, ...]) -> tuple[Experiment, ...]:
        """Refuse experiments that would share a pull request."""
        if sum(each.share for each in experiments) > 1 + 1e-9:
            raise ValueError("the shares of all experiments are more than 1 together")
        return experiments
