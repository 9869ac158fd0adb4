# The web application; compose.yaml starts it together with PostgreSQL.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /app

# With what the login of a hospital needs (docs/login.md), which is off unless it is set.
COPY requirements.txt ./
COPY requirements-sso.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check -r requirements.txt -r requirements-sso.txt

COPY manage.py ./
COPY templates templates
COPY registry registry
COPY analysis analysis

# Neither the key nor the address is used for anything but this step, and neither is kept.
RUN DATABASE_URL=postgresql:///none \
    DJANGO_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    python manage.py collectstatic --no-input \
 && python -m compileall -q registry analysis

RUN useradd --system --uid 10001 --no-create-home netlm
USER netlm

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-c", \
  "import http.client, os; web = http.client.HTTPConnection('127.0.0.1', 8000, timeout=8); web.request('GET', '/health/live/', headers={'Host': os.environ['NETLM_HOSTS'].split(',')[0]}); raise SystemExit(web.getresponse().status >= 500)"]

# No access log: addresses hold registry numbers of cases; the application writes a log of its own, without.
CMD ["gunicorn", "registry.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4", "--timeout=120", \
     "--worker-tmp-dir=/dev/shm"]
