# One image for every role; CAMPAIGN_ROLE says which part a container plays. No secret is in any layer.
FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.13-slim-bookworm
# The letters that names are written in: Latin, Cyrillic, Arabic and Thai (core), Korean, Chinese and Japanese (cjk).
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-core fonts-noto-cjk fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_ROOT=/app/static-root DATA_DIR=/data \
    MEDIA_ROOT=/data/media EXPORT_DIR=/data/exports JOURNAL_DIR=/data/journal LOG_DIR=/data/log
# The four folders that volumes are mounted on take their owner from here. The number is fixed, so that files keep theirs.
RUN groupadd --gid 10001 app && useradd --uid 10001 --gid app --no-create-home --shell /usr/sbin/nologin app \
    && install -d -o app -g app -m 0755 /data /data/media /data/log \
    && install -d -o app -g app -m 0700 /data/exports /data/journal
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# As root, so that the running process can change neither code nor pages; compiled now, the file system being read-only.
RUN python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q campaign
USER 10001:10001
CMD ["python", "-m", "gunicorn", "--bind", "0.0.0.0:8000"]
