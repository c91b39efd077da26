# The product as one image: the web server by default, and by another command a worker, beat or a manage.py command.
# docker-compose.yml shows them together. Nothing is downloaded when it runs, and it runs as an ordinary user.

# --- The pages' component kit, by its lock file
FROM node:20-bookworm-slim AS assets
WORKDIR /assets
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# --- Python packages, by their hashes
FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements-bootstrap.txt requirements.txt ./
RUN python -m venv /opt/installer \
    && /opt/installer/bin/pip install --no-cache-dir --require-hashes -r requirements-bootstrap.txt \
    && python -m venv --without-pip /app/.venv \
    && /opt/installer/bin/uv pip install --no-cache --compile-bytecode --python /app/.venv/bin/python \
        --require-hashes -r requirements.txt

# --- What runs
FROM python:3.11-slim-bookworm
# Pango lays out the PDFs; with HarfBuzz's subsetter that is 1.7 times faster.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin capweb \
    && install --directory --owner capweb --group capweb /media

WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY --from=assets /assets/node_modules node_modules
COPY manage.py ./
COPY capweb capweb
COPY eligibility eligibility
COPY policies policies
COPY reinsurance reinsurance
COPY templates templates
COPY tools tools
COPY docs/schemas docs/schemas

ENV PATH=/app/.venv/bin:$PATH \
    LC_ALL=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=capweb.settings \
    CAPWEB_DATA=/app/data \
    CAPWEB_MEDIA=/media \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=8 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true

# Translations and static files are part of the image. The addresses are never used: settings only have to be readable.
RUN export CAPWEB_SECRET_KEY=build CELERY_BROKER_URL=redis://none/0 DATABASE_URL=postgresql://none/none \
        DATABASE_OWNER_URL=postgresql://none/none DATABASE_PLATFORM_URL=postgresql://none/none \
    && python manage.py compile_translations \
    && python manage.py collectstatic --noinput --verbosity 0

# By number, so that an orchestrator can see that it is not root.
USER 10001
EXPOSE 8000
VOLUME ["/media"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--no-ws", "capweb.wsgi:application"]
