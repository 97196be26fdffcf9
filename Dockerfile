# One image for the daemon and the simulators. Build: docker build -t wardwatch .
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/wardwatch
WORKDIR /source
# The locked dependencies are a layer of their own: a change of the program does not fetch them again.
COPY deploy/requirements.lock deploy/requirements.lock
RUN /opt/wardwatch/bin/pip install --require-hashes -r deploy/requirements.lock
COPY . .
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install "$(grep -o '^hatchling==[^ ]*' requirements.lock)" \
 && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/wardwatch/bin/pip install --no-deps /wheels/wardwatch-*.whl

FROM python:3.11-slim-bookworm
COPY --from=build /opt/wardwatch /opt/wardwatch
RUN useradd --system --uid 10001 --home-dir /var/lib/wardwatch --create-home --shell /usr/sbin/nologin wardwatch
ENV PATH=/opt/wardwatch/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 WARDWATCH_CONFIG=/etc/wardwatch/config
USER wardwatch
WORKDIR /var/lib/wardwatch
VOLUME /var/lib/wardwatch
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["wardwatch"]
CMD ["run"]
