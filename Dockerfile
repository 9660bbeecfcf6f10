# The hub as an image: built in one stage, run in another without tools, as a user without rights. Settings come from
# HOMEWARD_ variables and secrets from files (docs/operating.md); nothing secret is in the image.

FROM python:3.11.14-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# Where a network reads TLS on its way out: the authorities to trust while building (tools/image.py --ca).
ARG PIP_CERT
ARG REQUESTS_CA_BUNDLE
RUN python -m venv /opt/homeward
WORKDIR /src
COPY requirements/build.txt requirements/run.txt requirements/serve.txt requirements/
RUN /opt/homeward/bin/pip install --require-hashes -r requirements/build.txt \
 && /opt/homeward/bin/pip install --require-hashes -r requirements/serve.txt
COPY . .
RUN /opt/homeward/bin/pip install --no-deps --no-build-isolation .
# The styles of the desk's pages are fetched here, by what the image itself does without.
RUN python -m venv --system-site-packages /opt/fetching \
 && /opt/fetching/bin/pip install --require-hashes -r requirements/run.txt \
 && PYTHONPATH=/src /opt/fetching/bin/python -c "from pathlib import Path; \
from homeward.desk.assets import frontend_assets; frontend_assets(Path('/opt/homeward/cache'), print)"

FROM python:3.11.14-slim-trixie
RUN useradd --system --uid 10001 --home-dir /var/lib/homeward --create-home --shell /usr/sbin/nologin homeward
COPY --from=build /opt/homeward /opt/homeward
ENV PATH=/opt/homeward/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOMEWARD_DATA=/var/lib/homeward \
    HOMEWARD_CACHE=/opt/homeward/cache \
    HOMEWARD_HEALTH_PORT=8080 \
    HOMEWARD_LOG_FORMAT=json
USER homeward
WORKDIR /var/lib/homeward
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-m", "homeward.health.asking"]
ENTRYPOINT ["homeward"]
CMD ["run"]
