# The image of web, worker, beat and migrate. Nothing secret goes in; settings come from the environment.
FROM python:3.11-slim-bookworm AS build
# gettext compiles the translations, fonts-inter is cut to the letters the pages use.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext fonts-inter \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN EDC_ENV=demo EDC_DATA_DIR=/tmp/build /venv/bin/python manage.py collectstatic --noinput \
    && if [ -d locale ]; then /venv/bin/python manage.py compilemessages; fi

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin edc \
    && install -d -o edc -m 0700 /data
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 EDC_ENV=production EDC_DATA_DIR=/data
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER edc
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "trial_edc.wsgi"]
