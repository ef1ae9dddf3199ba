"""What kind of change a hunk is, by paths of well-known projects and by shapes."""

import pytest

from hunkwise.core import query_types
from hunkwise.model.material import HunkKey, QueryType
from material_builder import material

PATHS = {
    QueryType.WORKFLOW: """
        .github/workflows/ci.yml .github/workflows/release.yaml .github/actions/setup/action.yml action.yml
        .gitlab-ci.yml .gitlab/ci/test.gitlab-ci.yml .circleci/config.yml azure-pipelines.yml Jenkinsfile
        ci/Jenkinsfile.nightly bitbucket-pipelines.yml .travis.yml .drone.yml .buildkite/pipeline.yml cloudbuild.yaml
        .woodpecker.yml .tekton/push.yaml appveyor.yml .github/workflows/scripts/sign.sh .pre-commit-config.yaml
        buildspec.yml .gitea/workflows/test.yaml
    """,
    QueryType.DEPENDENCY: """
        package.json web/package.json pyproject.toml requirements.txt requirements-dev.txt dev-requirements.txt
        requirements/base.in go.mod Cargo.toml crates/core/Cargo.toml pom.xml build.gradle app/build.gradle.kts
        gradle/libs.versions.toml Gemfile rails.gemspec composer.json src/App/App.csproj Directory.Packages.props
        mix.exs pubspec.yaml Package.swift ios/Podfile Pipfile environment.yml .github/dependabot.yml renovate.json
        poetry.lock package-lock.json go.sum deno.json build.sbt MODULE.bazel constraints.txt pnpm-workspace.yaml
        requirements/requirements.txt
    """,
    QueryType.MIGRATION: """
        app/migrations/0007_add_index.py db/migrate/20240101_create_users.rb alembic/versions/1f2e_add.py
        src/main/resources/db/migration/V12__orders.sql schema.sql db/schema.rb prisma/schema.prisma
        db/changelog/001.xml migrations/1.up.sql src/migrations/1690-init.ts reports/monthly.sql
    """,
    QueryType.INFRASTRUCTURE: """
        Dockerfile docker/Dockerfile.dev web.Dockerfile Containerfile .dockerignore docker-compose.yml
        docker-compose.prod.yaml compose.yaml main.tf modules/vpc/variables.tf prod.tfvars Chart.yaml values.yaml
        charts/app/templates/deployment.yaml charts/app/templates/_helpers.tpl k8s/service.yaml kustomization.yaml
        skaffold.yaml serverless.yml ansible/site.yml roles/web/tasks/main.yml playbook.yml main.bicep Vagrantfile
        deploy/nginx.conf fly.toml Procfile terragrunt.hcl manifests/rbac.yaml systemd/app.service Pulumi.prod.yaml
    """,
    QueryType.DOCUMENTATION: """
        README.md README docs/index.rst docs/guide/setup.adoc CHANGELOG.md LICENSE CONTRIBUTING.md notes.txt
        docs/man/git.1 SECURITY.md tests/README.md CODE_OF_CONDUCT.md .github/PULL_REQUEST_TEMPLATE.md NEWS
        docs/migrations/guide.md migrations/README.md
    """,
    QueryType.TEST: """
        tests/test_app.py test/unit/app.js src/app.test.ts src/App.spec.tsx pkg/server_test.go spec/models/user_spec.rb
        src/test/java/org/x/UserTest.java UserServiceTests.cs conftest.py cypress/e2e/login.cy.ts
        src/__tests__/index.jsx tests/fixtures/users.json lib/foo_test.dart OrderIT.java tests/data/page.html
    """,
    QueryType.CODE: """
        src/app.py src/index.ts main.go lib/latest.java src/Latest.java Contest.java src/testing_tools.py
        docs/conf.py docs/Layout.tsx page.mdx CMakeLists.txt robots.txt AGENTS.md CLAUDE.md .cursor/rules/style.md
        .github/copilot-instructions.md prompts/review/1.0.0/system.md skills/pdf/SKILL.md index.html Makefile setup.py
        src/config.yml notebook.ipynb scripts/deploy.sh src/attest.rs src/workflows/run.py web/templates/mail.html
        .github/instructions/python.instructions.md nginx/parser.c src/manifest.ts
    """,
}
CASES = [(path, kind) for kind, paths in PATHS.items() for path in paths.split()]


@pytest.mark.parametrize(("path", "kind"), CASES, ids=[path for path, _ in CASES])
def test_a_path_tells_the_kind(path: str, kind: QueryType) -> None:
    assert query_types.of_path(path) is kind


MOVED = """def total(orders):
    return sum(order.price for order in orders)
def mean(orders):
    return total(orders) / len(orders)"""


def signed(sign: str, text: str) -> str:
    return "\n".join(sign + row for row in text.split("\n"))


def kinds(*bodies: str, path: str = "src/shop.py") -> list[QueryType]:
    hunks = [material(body, path=path, index=index) for index, body in enumerate(bodies)]
    types = query_types.by_hunk(hunks)
    return [types[HunkKey(file=0, hunk=index)] for index in range(len(bodies))]


def test_lines_that_only_moved_are_a_refactoring_wherever_they_went() -> None:
    assert kinds(signed("-", MOVED), signed("+", MOVED)) == [QueryType.REFACTORING] * 2
    assert kinds(signed("-", MOVED) + "\n keep\n" + signed("+    ", MOVED)) == [QueryType.REFACTORING]


def test_a_move_with_something_new_in_it_is_code() -> None:
    changed = MOVED.replace("len(orders)", "len(orders or ())").replace("order.price", "order.cost")
    assert kinds(signed("-", MOVED), signed("+", changed)) == [QueryType.CODE] * 2
    assert kinds(signed("+", MOVED)) == [QueryType.CODE]
    assert kinds("-return total(orders)\n+return total(orders)") == [QueryType.CODE], "two lines tell too little"


def test_other_names_for_the_same_are_a_refactoring() -> None:
    renamed = MOVED.replace("orders", "bookings").replace("total", "whole")
    assert kinds(signed("-", MOVED) + "\n" + signed("+", renamed)) == [QueryType.REFACTORING]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("total(orders)", "total(order)\n order = orders[0]"),  # a name that is known: another value
        ("a and b", "a or b"),  # an operator
        ("min(a, b)", "max(a, b)"),
        ("copy(source, target)", "copy(target, source)"),  # exchanged
        ("limit = 10", "limit = 100"),
        ("a < b", "a <= b"),
        ("encrypt(body)", "decrypt(body)"),
        ("x = first(a)", "y = first(a)\n+z = 1"),
        ("x(a, b)", "y(a, c)\n-x(b, b)\n+y(b, c)"),  # one name, two new ones
    ],
)
def test_what_reads_like_a_renaming_and_is_not_one_stays_code(old: str, new: str) -> None:
    rows = "\n".join(f"-row{n} = {old}\n+row{n} = {new}" for n in range(4))
    assert kinds(rows) == [QueryType.CODE]


def test_a_shape_never_takes_a_kind_that_a_path_gives() -> None:
    for path in ("tests/test_shop.py", "db/migrate/1_x.rb", ".github/workflows/ci.yml", "Dockerfile"):
        assert kinds(signed("-", MOVED), signed("+", MOVED), path=path) == [query_types.of_path(path)] * 2


def test_an_unchanged_hunk_is_code() -> None:
    assert kinds(" a\n b\n c", "-a\n-b\n-c\n+a\n+b\n+c") == [QueryType.CODE] * 2
