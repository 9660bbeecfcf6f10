# The hub as an image: built in one stage, run in another without tools, as a user without rights. Settings come from
# HOMEWARD_ variables and secrets from files (docs/operating.md); nothing secret is in the image.

FROM python:3.11.14-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/homeward
WORKDIR /src
COPY requirements/build.txt requirements/run.txt requirements/
RUN /opt/homeward/bin/pip install --require-hashes -r requirements/build.txt \
 && /opt/homeward/bin/pip install --require-hashes -r requirements/run.txt
COPY . .
RUN /opt/homeward/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11.14-slim-trixie
RUN useradd --system --uid 10001 --home-dir /var/lib/homeward --create-home --shell /usr/sbin/nologin homeward
COPY --from=build /opt/homeward /opt/homeward
ENV PATH=/opt/homeward/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOMEWARD_DATA=/var/lib/homeward \
    HOMEWARD_HEALTH_PORT=8080 \
    HOMEWARD_LOG_FORMAT=json
USER homeward
WORKDIR /var/lib/homeward
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/ready', timeout=2)"]
ENTRYPOINT ["homeward"]
CMD ["run"]
