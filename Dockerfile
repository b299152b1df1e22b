FROM python:3.13-slim-trixie

WORKDIR /opt/waypost
COPY constraints.txt ./
RUN pip install --no-cache-dir --constraint constraints.txt setuptools

COPY pyproject.toml README.md LICENSE worker.py ./
COPY activities activities
COPY ledger ledger
COPY mail mail
COPY plan plan
COPY programs programs
COPY starter starter
COPY workflows workflows
RUN pip install --no-cache-dir --constraint constraints.txt --no-build-isolation '.[postgres]'

RUN useradd --system --create-home --home-dir /var/lib/waypost waypost
USER waypost
ENV WAYPOST_DIR=/var/lib/waypost PYTHONUNBUFFERED=1
VOLUME /var/lib/waypost
ENTRYPOINT ["waypost"]
CMD ["--help"]
