"""What secrets look like: formats that their providers publish, and shapes of text that hold one.

Every pattern is RE2: linear in the text. Where a pattern has a group, the group is the secret, else the whole match is.
Prefixes and lengths are the providers' own documentation, or the secret-scanning partner lists they are named in.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of secret. `certain` formats are findings of their own; others are masked only.

    `random` asks that the value looks drawn by chance, which keeps words, names and paths out.
    """

    type: str
    pattern: str
    certain: bool = True
    random: bool = False


_ALNUM = "[0-9A-Za-z]"
_WORD = "[0-9A-Za-z_-]"
_ALONE = r"(?:^|[^0-9A-Za-z_+/=-])"
_ALONE_END = r"(?:[^0-9A-Za-z_+/=-]|$)"
_START = r"(?:^|[^0-9A-Za-z_])"


def _token(kind: str, body: str) -> Format:
    """Return the format of a token that starts with letters nothing else starts with."""
    return Format(type=kind, pattern=f"{_START}({body})")


def _lookalike(kind: str, body: str) -> Format:
    """Return the format of a token that base64 may hold by chance: it must stand alone, and is only masked."""
    return Format(type=kind, pattern=f"{_ALONE}({body}){_ALONE_END}", certain=False)


PROVIDERS = (
    _token("aws-access-key", "(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}"),
    _token("aws-bedrock-key", f"ABSK[A-Za-z0-9+/]{{109,269}}={{0,2}}|bedrock-api-key-{_WORD}{{20,}}"),
    _token("github-token", f"gh[pousr]_{_ALNUM}{{36,255}}|ghs_[0-9]+_eyJ{_WORD}+\\.{_WORD}+\\.{_WORD}+"),
    _token("github-fine-grained-token", "github_pat_[0-9A-Za-z_]{22,255}"),
    _token(
        "gitlab-token",
        "(?:glpat|gldt|glrt|glptt|glft|glsoat|glcbt|glffct|glimt|glagent|gloas|glwt)-[0-9A-Za-z_.=-]{20,300}",
    ),
    _token("gitlab-runner-token", f"GR1348941{_WORD}{{20,40}}"),
    _token("slack-token", f"xox[abeoprs](?:\\.xox[bp])?-{_WORD}{{10,250}}|xapp-[0-9]-{_WORD}{{10,250}}"),
    _token("slack-webhook", "(?:https?://)?hooks\\.slack\\.com/(?:services|workflows|triggers)/[0-9A-Za-z+/]{20,90}"),
    _token(
        "teams-webhook", "https://[a-z0-9]+\\.webhook\\.office\\.com/webhookb2/[0-9a-z@-]{36,80}/\\w+/[0-9a-z/-]{36,}"
    ),
    _token("discord-token", f"[MNO]{_ALNUM}{{22,27}}\\.{_WORD}{{6}}\\.{_WORD}{{27,40}}"),
    _token(
        "discord-webhook",
        f"https://(?:canary\\.|ptb\\.)?discord(?:app)?\\.com/api/webhooks/[0-9]{{17,20}}/{_WORD}{{60,80}}",
    ),
    _token("telegram-token", f"[0-9]{{8,10}}:AA{_WORD}{{32,33}}"),
    _token("stripe-key", f"(?:sk|rk|pk)_(?:live|test|prod)_{_ALNUM}{{10,247}}|whsec_[0-9A-Za-z+/=]{{24,}}"),
    _token(
        "openai-key",
        f"sk-(?:proj|svcacct|admin)-{_WORD}{{20,200}}|sk-{_WORD}{{20,74}}T3BlbkFJ{_WORD}{{20,74}}|sk-{_ALNUM}{{48}}",
    ),
    _token("anthropic-key", f"sk-ant-[a-z0-9]+-{_WORD}{{20,120}}"),
    _token("huggingface-token", f"(?:hf_|api_org_){_ALNUM}{{30,40}}"),
    _token("groq-key", f"gsk_{_ALNUM}{{40,60}}"),
    _token("perplexity-key", f"pplx-{_ALNUM}{{40,64}}"),
    _token("xai-key", f"xai-{_ALNUM}{{60,90}}"),
    _token("replicate-token", f"r8_{_ALNUM}{{37,40}}"),
    _token("npm-token", f"npm_{_ALNUM}{{36}}"),
    _token("pypi-token", f"pypi-(?:AgEIcHlwaS5vcmc|AgENdGVzdC5weXBpLm9yZw){_WORD}{{50,1000}}"),
    _token("rubygems-key", "rubygems_[a-f0-9]{48}"),
    _token("clojars-token", "CLOJARS_[0-9a-zA-Z]{60}"),
    _token("nuget-key", "oy2[a-z0-9]{43}"),
    _token("dockerhub-token", f"dckr_(?:pat|oat)_{_WORD}{{24,40}}"),
    _token("google-api-key", f"AIza{_WORD}{{35}}"),
    _token("google-oauth-token", f"ya29\\.{_WORD}{{20,400}}|1//0{_WORD}{{30,120}}|GOCSPX-{_WORD}{{28}}"),
    _token("azure-ad-secret", "[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}"),
    Format(
        type="azure-storage-key",
        pattern=r"(?i:AccountKey|SharedAccessKey|AccessKey)\s*=\s*([0-9A-Za-z+/]{40,88}={0,2})",
    ),
    Format(type="azure-sas", pattern=r"[?&;]sig=([0-9A-Za-z%+/]{40,120}(?:={1,2}|%3[Dd]){0,2})"),
    _token("sendgrid-key", f"SG\\.{_WORD}{{16,32}}\\.[0-9A-Za-z_=-]{{16,64}}"),
    _token("sendinblue-key", f"xkeysib-[a-f0-9]{{64}}-{_ALNUM}{{16}}"),
    _lookalike("mailgun-key", "(?:key|pubkey)-[a-f0-9]{32}|[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}"),
    _lookalike("mailchimp-key", "[0-9a-f]{32}-us[0-9]{1,2}"),
    _lookalike("twilio-key", "(?:SK|AC)[0-9a-f]{32}"),
    _token("datadog-token", "ddapp?_[0-9A-Za-z]{34,40}|pub[0-9a-f]{32}"),
    _token("vault-token", f"hvs\\.{_WORD}{{24,200}}|hv[br]\\.{_WORD}{{24,300}}"),
    _token("terraform-token", f"{_ALNUM}{{14}}\\.atlasv1\\.[0-9A-Za-z=_-]{{60,70}}"),
    _token("digitalocean-token", "do[opr]_v1_[a-f0-9]{64}"),
    _token("doppler-token", f"dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]+\\.)?{_ALNUM}{{40,44}}"),
    _token("databricks-token", "dapi[a-f0-9]{32}(?:-[0-9])?"),
    _token("dynatrace-token", "dt0c01\\.[0-9A-Z]{24}\\.[0-9A-Z]{64}"),
    _token(
        "grafana-token",
        f"glc_[0-9A-Za-z+/]{{32,400}}={{0,2}}|glsa_{_ALNUM}{{32}}_[0-9A-Fa-f]{{8}}|eyJrIjoi{_ALNUM}{{60,400}}={{0,2}}",
    ),
    _token("heroku-key", f"HRKU-AA{_WORD}{{58}}"),
    _token("linear-key", f"lin_(?:api|oauth)_{_ALNUM}{{40,64}}"),
    _token("notion-token", f"(?:ntn_[0-9]{{11}}{_ALNUM}{{35}}|secret_{_ALNUM}{{43}})"),
    _token("figma-token", f"fig[dou]_{_WORD}{{40,80}}"),
    _token("postman-key", "PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    _token("prefect-key", "pn[ub]_[a-z0-9]{36}"),
    _token("pulumi-token", "pul-[a-f0-9]{40}"),
    _token("readme-key", "rdme_[a-z0-9]{70}"),
    _token("scalingo-token", f"tk-us-{_WORD}{{48}}"),
    _token("sentry-token", "sntr[yu]s?_[0-9A-Za-z+/=_]{60,500}"),
    _token("settlemint-token", "sm_(?:pat|aat|sat)_[0-9A-Za-z]{16}"),
    _token("shippo-token", "shippo_(?:live|test)_[a-f0-9]{40}"),
    _token("shopify-token", "shp(?:at|ca|pa|ss)_[0-9A-Za-z]{32,38}"),
    _lookalike("square-token", f"(?:EAAA|sq0(?:atp|csp|idp)-){_WORD}{{22,60}}"),
    _token("sourcegraph-token", "sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}|slk_[a-f0-9]{64}"),
    _token("supabase-key", "sb(?:p|_secret|_publishable)_[0-9A-Za-z_]{30,60}"),
    _token("tailscale-key", f"tskey-[a-z]+-{_ALNUM}+-{_ALNUM}{{10,}}"),
    _token("vercel-token", f"vc[pkiar]_{_ALNUM}{{24,64}}"),
    _token("airtable-token", f"pat{_ALNUM}{{14}}\\.[a-f0-9]{{64}}"),
    _token("adobe-secret", "p8e-[0-9A-Za-z]{32}"),
    _token("age-secret-key", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    _token("alibaba-key", "LTAI[0-9A-Za-z]{12,26}"),
    _token("artifactory-key", f"AKCp{_ALNUM}{{69}}|cmVmd{_ALNUM}{{59}}"),
    _token("atlassian-token", f"ATATT3{_WORD}{{100,250}}=?[0-9A-F]{{0,8}}|ATCTT3{_WORD}{{60,250}}"),
    _token(
        "authress-key",
        "(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.(?:acc)[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}",
    ),
    _token("clickhouse-key", "4b1d[0-9A-Za-z]{38}"),
    _token("cloudflare-key", "v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}|cf[ku]t?_[0-9A-Za-z]{40,60}"),
    _token("duffel-token", "duffel_(?:test|live)_[0-9A-Za-z_=-]{43}"),
    _token("easypost-token", f"EZ[AT]K{_ALNUM}{{54}}"),
    _token("flutterwave-key", "FLW(?:PUB|SEC)K_TEST-[0-9A-Za-z]{12,34}(?:-X)?"),
    _token(
        "flyio-token",
        f"fo1_{_WORD}{{43}}|fm[12][ar]?_[0-9A-Za-z+/]{{90,}}={{0,3}}|FlyV1 fm[12][ar]?_[0-9A-Za-z+/]{{90,}}={{0,3}}",
    ),
    _token("frameio-token", "fio-u-[0-9A-Za-z_=-]{64}"),
    _token("gocardless-token", "live_[0-9A-Za-z_=-]{40}"),
    _token("harness-key", f"(?:pat|sat)\\.{_WORD}{{22}}\\.[0-9a-f]{{24}}\\.{_ALNUM}{{20}}"),
    _token("infracost-token", f"ico-{_ALNUM}{{32}}"),
    _token("intra42-secret", "s-s4t2(?:ud|af)-[a-f0-9]{64}"),
    _lookalike("launchdarkly-key", "(?:sdk|mob|api)-[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[a-f0-9]{4}-[a-f0-9]{12}"),
    _lookalike("lob-key", "(?:live|test)(?:_pub)?_[a-f0-9]{31,35}"),
    _token("maxmind-key", f"{_ALNUM}{{6}}_{_ALNUM}{{29}}_mmk"),
    _token("mapbox-token", "(?:pk|sk)\\.[0-9A-Za-z]{60}\\.[0-9A-Za-z_-]{22}"),
    _token("newrelic-key", f"NR(?:AK|II|IQ|RA|JS|BR)-{_WORD}{{19,36}}|NRJS-[a-f0-9]{{19}}"),
    _token("octopus-key", "API-[A-Z0-9]{26}"),
    _token(
        "onepassword-key",
        "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|ops_eyJ[0-9A-Za-z+/]{250,}={0,3}",
    ),
    _token("openshift-token", f"sha256~{_WORD}{{43}}"),
    _token("planetscale-token", "pscale_(?:tkn|oauth|pw|otkn)_[0-9A-Za-z_=.-]{32,64}"),
    _token("privateai-key", "pai_[0-9A-Za-z]{30,40}"),
    _lookalike(
        "yandex-key", f"AQVN{_WORD}{{35,38}}|YC{_WORD}{{38}}|t1\\.[A-Z0-9a-z_-]+={{0,2}}\\.[A-Z0-9a-z_-]{{86}}={{0,2}}"
    ),
    _token("jwt", f"ey[A-Za-z0-9]{_WORD}{{10,}}\\.ey{_WORD}{{10,}}(?:\\.{_WORD}*)?"),
    _token("jwt-base64", "ZXlK[0-9A-Za-z+/=]{30,}"),
    Format(
        type="url-password",
        pattern=r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s:@/'\"`<>{}$]{0,100}:([^\s:@/'\"`<>{}$\\]{3,200})@[^\s'\"]",
        certain=False,
    ),
    Format(
        type="authorization",
        pattern=r"(?i)\b(?:bearer|basic|token)\s+([0-9A-Za-z+/._~=-]{16,600})",
        certain=False,
        random=True,
    ),
    Format(
        type="curl-user",
        pattern=r"\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]['\"]?([^\s'\":$]{1,60}:[^\s\"$]{3,100})",
        certain=False,
    ),
    Format(type="netrc-password", pattern=r"(?i)\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S{3,200})", certain=False),
    Format(type="npmrc-auth", pattern=r":_(?:authToken|auth|password)\s*=\s*([^\s$'\"]{6,300})", certain=False),
)
"""Formats that name themselves, and places where only a secret stands."""
