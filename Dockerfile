# The image of the action, and of a dry run on your own machine:
#   docker build -t hunkwise .
#   docker run --rm -v "$PWD:/github/workspace" hunkwise review main...HEAD
#
# No line names a syntax image and none needs BuildKit, so that a runner builds it with whatever Docker it has, and asks
# nobody but the base image's registry, Debian and PyPI. A release pins the base by its digest: .github/workflows/release.yml.
ARG BASE_IMAGE=python:3.13-slim-bookworm
# Where the building happens; another one only where a build host has a certificate authority of its own.
ARG BUILD_IMAGE=${BASE_IMAGE}

FROM ${BUILD_IMAGE} AS git
# The package's Perl, templates and helpers are for commands that hunkwise never gives: it reads objects and compares.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && git --version

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY scripts/uv-requirements.txt scripts/build-requirements.txt scripts/
RUN python3 -m venv /uv \
    && /uv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement scripts/uv-requirements.txt
ENV UV_PROJECT_ENVIRONMENT=/opt/hunkwise \
    UV_PYTHON=/usr/local/bin/python3 \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1
COPY pyproject.toml uv.lock ./
# Every dependency is what uv.lock says, by its hash.
RUN /uv/bin/uv sync --locked --no-default-groups --no-install-project --no-build
COPY README.md LICENSE ./
COPY scripts/hatch_vocabulary.py scripts/
COPY prompts prompts
COPY src src
RUN /uv/bin/uv build --wheel --out-dir /wheel --build-constraints scripts/build-requirements.txt --require-hashes \
    && /uv/bin/uv pip install --python /opt/hunkwise --no-deps --no-index /wheel/*.whl
# Bytecode of what is used of the standard library; a slim base image carries none.
COPY scripts/image_bytecode.py scripts/
RUN /opt/hunkwise/bin/python scripts/image_bytecode.py /stdlib

# The last stage is the action's: a runner builds an action's Dockerfile without naming a target
# (DockerBuild in https://github.com/actions/runner/blob/main/src/Runner.Worker/Container/DockerCommandManager.cs).
FROM ${BASE_IMAGE} AS action
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=""
LABEL org.opencontainers.image.title="hunkwise" \
    org.opencontainers.image.description="An AI reviewer for pull requests that a team can leave switched on" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}"
COPY --from=git /usr/bin/git /usr/bin/git
COPY --from=build /stdlib /usr/local/lib
COPY --from=build /opt/hunkwise /opt/hunkwise
RUN git --version \
    && test -s /etc/ssl/certs/ca-certificates.crt \
    && /opt/hunkwise/bin/python -I -m hunkwise --version
# No USER: a Docker action must run as root, since no other user can use the workspace that GitHub mounts
# (https://docs.github.com/en/actions/reference/workflows-and-actions/dockerfile-support#user). By hand, `--user` works.
#
# -I keeps the workspace and PYTHON* variables off the module path: the workspace is a stranger's checkout, and a
# yaml.py in it would otherwise be imported. The interpreter's path is absolute for the same reason.
ENTRYPOINT ["/opt/hunkwise/bin/python", "-I", "-m", "hunkwise"]
CMD ["action"]
