# One image for web, worker, sweeper and migrate; docker-compose.yml says what each of them runs.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/angekommen
# Dependencies first: this layer is built again only when they change. No embedded database, no test tools.
COPY pyproject.toml ./
RUN python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
print("\n".join(p["dependencies"] + p["optional-dependencies"]["heic"]))' > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt
COPY . .
# Collecting the static files starts the settings, which want values; these live for this line only.
RUN for po in locale/*/LC_MESSAGES/*.po; do \
        [ -e "$po" ] || continue; msgfmt --check-format -o "${po%.po}.mo" "$po" || exit 1; \
    done \
    && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
       REGISTER_KEY=unused PUBLIC_URL=https://build.invalid DATABASE_URL=postgres:///none \
       DJANGO_SETTINGS_MODULE=portal.settings python -m django collectstatic --noinput --verbosity 0 \
    && python -m compileall -q portal casework channels

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core fonts-noto-core \
        tesseract-ocr-deu tesseract-ocr-script-latn \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /spool angekommen \
    && install -d -o angekommen -g angekommen -m 0700 /spool /posteingang
COPY --from=build /opt/venv /opt/venv
# Owned by root: the running portal cannot change its own code.
COPY --from=build /srv/angekommen /srv/angekommen
WORKDIR /srv/angekommen
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    ANGEKOMMEN_MODE=production \
    TMPDIR=/spool
USER angekommen
EXPOSE 8000
# Threads, because a request mostly waits for PostgreSQL's disk. No --preload: connections to the database
# must not be shared by processes that were forked after they were opened.
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "16", "--timeout", "120", "--keep-alive", "30", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s CMD ["python", "bin/health"]
