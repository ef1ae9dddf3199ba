"""Token formats of clouds, code hosts, registries, messengers and model providers."""

from hunkwise.adapters.secret_scanner.formats import ALNUM, ALONE, WORD, Format, lookalike, token

CLOUDS = (
    token("aws-access-key", "AKIA ASIA ABIA ACCA A3T", "(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}"),
    Format(
        type="aws-secret-key",
        words=("AKIA", "ASIA", "aws", "AWS", "Aws"),
        pattern=f"{ALONE}([0-9A-Za-z+/]{{40}})",
        near=("akia", "asia", "aws_secret", "secretaccesskey", "secretkey", "secret_key"),
        random=True,
        alone=True,
        certain=False,
    ),
    token(
        "aws-session-token",
        "FwoGZXIvYXdz IQoJb3JpZ2lu FQoGZXIvYXdz",
        "(?:FwoGZXIvYXdz|IQoJb3JpZ2lu|FQoGZXIvYXdz)[0-9A-Za-z+/=%]{60,}",
    ),
    token(
        "aws-bedrock-key",
        "ABSK bedrock-api-key-",
        f"ABSK[A-Za-z0-9+/]{{100,}}={{0,2}}|bedrock-api-key-{WORD}{{20,}}={{0,2}}",
    ),
    token("google-api-key", "AIza", f"AIza{WORD}{{35,}}"),
    token("google-oauth-token", "ya29. 1//0 GOCSPX-", f"ya29\\.{WORD}{{20,}}|1//0{WORD}{{30,}}|GOCSPX-{WORD}{{24,}}"),
    token("azure-ad-secret", "Q~", "[0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}"),
    Format(
        type="azure-storage-key",
        words=("Key=", "key=", "KEY=", "Key =", "key ="),
        pattern=r"(?i:AccountKey|SharedAccessKey|AccessKey|PrimaryKey)\s{0,4}=\s{0,4}([0-9A-Za-z+/]{40,}={0,2})",
    ),
    Format(
        type="azure-sas",
        words=("sig=",),
        pattern=r"[?&;]sig=([0-9A-Za-z%+/]{40,}(?:={1,2}|%3[Dd]){0,2})",
    ),
    token("azure-function-key", "AzFu", "[0-9A-Za-z_-]{44}AzFu[0-9A-Za-z_-]{5}[AQgw]=?"),
    token("azure-devops-token", "AZDO", f"{ALNUM}{{76}}AZDO{ALNUM}{{4}}"),
    token("azure-storage-key", "+ASt AACDb", "[0-9A-Za-z+/]{76}(?:\\+ASt|AACDb)[0-9A-Za-z+/]{5,6}[AQgw]==?"),
    token("alibaba-key", "LTAI", "LTAI[0-9A-Za-z]{12,26}"),
    token("tencent-key", "AKID", f"AKID{ALNUM}{{32}}"),
    token("digitalocean-token", "doo_v1_ dop_v1_ dor_v1_", "do[opr]_v1_[a-f0-9]{64}"),
    token("heroku-key", "HRKU-", f"HRKU-AA{WORD}{{58}}"),
    token("flyio-token", "fo1_ fm1 fm2_", f"fo1_{WORD}{{43}}|(?:FlyV1 )?fm[12][ar]?_[0-9A-Za-z+/]{{90,}}={{0,3}}"),
    token(
        "cloudflare-key", "v1.0- cfk_ cfat_ cfut_", "v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}|cf(?:k|at|ut)_[0-9A-Za-z]{40,60}"
    ),
    token("scalingo-token", "tk-us-", f"tk-us-{WORD}{{48}}"),
    token("databricks-token", "dapi dose", "(?:dapi|dose)[a-fA-F0-9]{32,}(?:-[0-9])?"),
    token("dynatrace-token", "dt0", "dt0[a-z][0-9]{2}\\.[0-9A-Za-z]{8,24}\\.[0-9A-Za-z]{64}"),
    token("yandex-key", "t1.", "t1\\.[A-Z0-9a-z_-]+={0,2}\\.[A-Z0-9a-z_-]{86}={0,2}"),
    lookalike("yandex-key", "AQVN YC", f"AQVN{WORD}{{35,38}}|YC{WORD}{{38}}"),
    token("vault-token", "hvs. hvb. hvr.", f"hv[sbr]\\.{WORD}{{24,}}"),
    lookalike("vault-token", "s. b.", f"[sbr]\\.{ALNUM}{{24}}"),
    token("terraform-token", ".atlasv1.", f"{ALNUM}{{14}}\\.atlasv1\\.[0-9A-Za-z=_-]{{60,70}}"),
    token("tailscale-key", "tskey-", f"tskey-[a-z]+-{ALNUM}+(?:-{ALNUM}{{10,}})?"),
    token("defined-networking-token", "dnkey-", "dnkey-[0-9A-Za-z=_-]{26}-[0-9A-Za-z=_-]{52}"),
    token("openshift-token", "sha256~", f"sha256~{WORD}{{43}}"),
    token("age-secret-key", "AGE-SECRET-KEY-", "AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{58,}"),
    token(
        "onepassword-key",
        "A3- ops_eyJ",
        "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"
        "|ops_eyJ[0-9A-Za-z+/_-]{100,}={0,3}",
    ),
    token("doppler-token", "dp.", f"dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]+\\.)?{ALNUM}{{40,44}}"),
    token("infisical-token", "st.", "st\\.[0-9a-f]{24}\\.[0-9a-f]{64}\\.[0-9a-f]{32}"),
    token("pulumi-token", "pul-", "pul-[a-f0-9]{40}"),
    token("prefect-key", "pnu_ pnb_", "pn[ub]_[a-zA-Z0-9]{36}"),
    token("infracost-token", "ico-", f"ico-{ALNUM}{{32}}"),
    token("harness-key", "pat. sat.", f"(?:pat|sat)\\.{WORD}{{22}}\\.[0-9a-zA-Z]{{24}}\\.{ALNUM}{{20}}"),
    token("octopus-key", "API-", "API-[A-Z0-9]{26}"),
    token("planetscale-token", "pscale_", "pscale_(?:tkn|oauth|pw|otkn)_[0-9A-Za-z_=.-]{32,64}"),
    token("supabase-key", "sbp_ sb_secret_ sb_publishable_", "sb(?:p|_secret|_publishable)_[0-9A-Za-z_-]{30,60}"),
    token("vercel-token", "vcp_ vck_ vci_ vca_ vcr_", f"vc[pkiar]_{ALNUM}{{24,64}}"),
    token("clickhouse-key", "4b1d", "4b1d[0-9A-Za-z]{38}"),
    token("settlemint-token", "sm_", "sm_(?:pat|aat|sat)_[0-9A-Za-z]{16}"),
)
"""Clouds and what runs on them."""

CODE = (
    token(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_",
        f"gh[pousr]_{ALNUM}{{36,}}|ghs_[0-9A-Za-z]+_eyJ{WORD}+\\.{WORD}+\\.{WORD}+",
    ),
    token("github-fine-grained-token", "github_pat_", "github_pat_[0-9A-Za-z_]{22,}"),
    token(
        "gitlab-token",
        "glpat- gldt- glrt glptt- glft- glsoat- glcbt- glffct- glimt- glagent- gloas- glwt-",
        "(?:glpat|gldt|glrtr?|glptt|glft|glsoat|glcbt|glffct|glimt|glagent|gloas|glwt)-[0-9A-Za-z_.=-]{20,}",
    ),
    token("gitlab-runner-token", "GR1348941", f"GR1348941{WORD}{{20,}}"),
    Format(
        type="gitlab-session",
        words=("_gitlab_session=",),
        pattern=r"_gitlab_session=([0-9a-zA-Z%_-]{20,})",
        certain=False,
    ),
    token("bitbucket-token", "ATBB ATCTT3", f"ATBB{ALNUM}{{32}}|ATCTT3{WORD}{{60,}}=?[0-9A-F]{{0,8}}"),
    token("atlassian-token", "ATATT3", f"ATATT3{WORD}{{100,}}=?[0-9A-F]{{0,8}}"),
    token("npm-token", "npm_", f"npm_{ALNUM}{{36,}}"),
    token("pypi-token", "pypi-Ag", f"pypi-Ag[A-Z]{WORD}{{50,}}"),
    token("rubygems-key", "rubygems_", "rubygems_[a-f0-9]{48}"),
    token("clojars-token", "CLOJARS_", "CLOJARS_[0-9a-zA-Z]{60}"),
    token("crates-token", "cio", f"cio{ALNUM}{{32}}"),
    token("nuget-key", "oy2", "oy2[a-z0-9]{43}"),
    token("dockerhub-token", "dckr_", f"dckr_(?:pat|oat)_{WORD}{{24,40}}"),
    token("artifactory-key", "AKCp cmVmd", f"AKCp{ALNUM}{{69,}}|cmVmd{ALNUM}{{59,}}"),
    lookalike("artifactory-key", "AKC AP", f"AKC{ALNUM}{{10,}}|AP[0-9A-F]{ALNUM}{{30,}}"),
    token("sonar-token", "sqp_ squ_ sqa_", "sq[pua]_[a-z0-9]{40}"),
    token("sourcegraph-token", "sgp_ slk_", "sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}|slk_[a-f0-9]{64}"),
    token("sentry-token", "sntry", "sntry[sua]_[0-9A-Za-z+/=_]{60,}"),
    token("snyk-token", "snyk_", "snyk_(?:uat|sat)\\.[a-f0-9]{8}\\.[0-9A-Za-z_.=-]{40,}"),
    token("buildkite-token", "bkua_", "bkua_[a-z0-9]{40}"),
    token("circleci-token", "CCIPAT_ CCIPRJ_", f"CCIP(?:AT|RJ)_{ALNUM}{{20,24}}_[a-f0-9]{{40}}"),
    token(
        "grafana-token",
        "glc_ glsa_ eyJrIjoi",
        f"glc_[0-9A-Za-z+/]{{32,}}={{0,2}}|glsa_{ALNUM}{{32}}_[0-9A-Fa-f]{{8}}|eyJrIjoi{ALNUM}{{60,}}={{0,2}}",
    ),
    token("postman-key", "PMAK-", "PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}"),
    token("linear-key", "lin_", f"lin_(?:api|oauth)_{ALNUM}{{32,64}}"),
    token("notion-token", "ntn_ secret_", f"ntn_[0-9]{{11}}{ALNUM}{{35}}|secret_{ALNUM}{{43}}"),
    token("figma-token", "figd_ figo_ figu_", f"fig[dou]_{WORD}{{36,80}}"),
    token("readme-key", "rdme_", "rdme_[a-z0-9]{70}"),
    token("stackhawk-key", "hawk.", f"hawk\\.{WORD}{{20}}\\.{WORD}{{20}}"),
)
"""Code hosts, registries, pipelines and the tools around them."""

MESSENGERS = (
    token("slack-token", "xox xapp-", f"xox[abeoprsc](?:\\.xox[bp])?-{WORD}{{10,}}|xapp-[0-9]-{WORD}{{10,}}"),
    token(
        "slack-webhook",
        "hooks.slack.com",
        "(?:https?://)?hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/[0-9A-Za-z+/]{20,}",
    ),
    token(
        "teams-webhook",
        ".webhook.office.com",
        "https://[a-z0-9-]+\\.webhook\\.office\\.com/webhookb2/[0-9a-z@-]{36,80}/\\w+/[0-9a-z/-]{32,}",
    ),
    token("discord-token", ".", f"[MNOA]{ALNUM}{{22,27}}\\.{WORD}{{6}}\\.{WORD}{{27,40}}", certain=False),
    token(
        "discord-webhook",
        "/api/webhooks/",
        f"https://(?:canary\\.|ptb\\.)?discord(?:app)?\\.com/api/webhooks/[0-9]{{17,20}}/{WORD}{{60,80}}",
    ),
    token("telegram-token", ":A", f"[0-9]{{8,10}}:AA{WORD}{{32,33}}"),
    token("telegram-token", ":A", f"(?:bot)?[0-9]{{5,16}}:A{WORD}{{34}}", certain=False),
    lookalike("facebook-token", "EAA", f"EAA[A-Za-z0-9]{{80,}}|EAACEdEose0cBA{ALNUM}{{10,}}"),
    Format(
        type="zoom-webhook",
        words=("zoom.us/",),
        pattern=f"inbound\\.zoom\\.us/\\S{{0,80}}/({WORD}{{20,}})",
        certain=False,
    ),
)
"""Messengers and networks."""

MODELS = (
    token(
        "openai-key",
        "sk- sess-",
        f"sk-(?:proj|svcacct|admin|None)-{WORD}{{20,}}|sk-{WORD}{{20,}}T3BlbkFJ{WORD}{{20,}}|sk-{ALNUM}{{48}}|sess-{ALNUM}{{40}}",
    ),
    token("anthropic-key", "sk-ant-", f"sk-ant-[a-z0-9]+-{WORD}{{20,}}"),
    token("openrouter-key", "sk-or-", "sk-or-v1-[0-9a-f]{64}"),
    lookalike("deepseek-key", "sk-", "sk-[0-9a-f]{32}"),
    token("huggingface-token", "hf_ api_org_", f"(?:hf_|api_org_){ALNUM}{{30,40}}"),
    token("groq-key", "gsk_", f"gsk_{ALNUM}{{40,60}}"),
    token("perplexity-key", "pplx-", f"pplx-{ALNUM}{{40,64}}"),
    token("xai-key", "xai-", f"xai-{ALNUM}{{60,90}}"),
    token("replicate-token", "r8_", f"r8_{ALNUM}{{37,40}}"),
    token("langsmith-key", "lsv2_", "lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    token("nvidia-key", "nvapi-", f"nvapi-{WORD}{{60,70}}"),
    token("pinecone-key", "pcsk_", f"pcsk_{ALNUM}{{5,6}}_{ALNUM}{{50,70}}"),
    token("privateai-key", "pai_", "pai_[0-9A-Za-z]{30,40}"),
)
"""Model providers."""
