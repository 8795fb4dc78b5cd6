#!/usr/bin/env bash
# Installs what the judges use beside Node: kcat, the Python clients, the jars of a real Kafka, the modules of the Go clients.
# Each is optional: what cannot be installed is skipped by the judges, which say so.
set -uo pipefail
cd "$(dirname "$0")/../.."

have() { command -v "$1" >/dev/null 2>&1; }

if ! have kcat && have apt-get; then
  { apt-get install -y kcat || { apt-get update && apt-get install -y kcat; }; } >/dev/null 2>&1 || echo "kcat could not be installed"
fi
if have python3 && ! compat/.venv/bin/python -c 'import confluent_kafka, aiokafka, cramjam, pytest' 2>/dev/null; then
  python3 -m venv compat/.venv && compat/.venv/bin/pip install -q -r compat/requirements.txt || echo "the Python clients could not be installed"
fi
if have java && have mvn; then
  node scripts/run.js scripts/judge/kafka.ts fetch && node scripts/run.js scripts/judge/archive.ts ||
    echo "the jars of Apache Kafka could not be fetched"
fi
if have go; then
  for client in franz-go sarama; do
    (cd "compat/$client" && go mod download) || echo "$client could not be fetched"
  done
fi
exit 0
