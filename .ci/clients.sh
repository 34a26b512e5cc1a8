#!/bin/bash
# Other people's EMR clients for `make test-clients`, from PyPI, pinned, each in a virtual environment of its own:
#
#   aws       boto3 and the `aws` program, version 1        airflow   Airflow with its Amazon provider
#
#   .ci/clients.sh [NAME...]     all of them without a name. They go to $STOKER_CLIENTS, else .deps/clients.
#
# A second run does nothing; a failure leaves nothing half-done. Airflow takes about 1 GB and some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1

AWS="boto3==1.44.8 awscli==1.46.3"
AIRFLOW="apache-airflow==2.11.2 apache-airflow-providers-amazon[aiobotocore]==9.22.0"

root=${STOKER_CLIENTS:-.deps/clients}
mkdir -p "$root"

# venv NAME "PACKAGE==VERSION ...": in $root/NAME, with a stamp of what it holds.
venv() {
	local place=$root/$1 want=$2
	[ "$(cat "$place/.stamp" 2>/dev/null)" != "$want" ] || return 0
	echo "clients: $1: $want"
	rm -rf "$place"
	python3 -m venv "$place"
	# shellcheck disable=SC2086
	"$place/bin/python" -m pip install -q $want || { rm -rf "$place"; exit 1; }
	printf '%s' "$want" >"$place/.stamp"
}

[ $# -gt 0 ] || set -- aws airflow
for name in "$@"; do
	case $name in
	aws) venv aws "$AWS" ;;
	airflow) venv airflow "$AIRFLOW" ;;
	*) echo "clients: no such client: $name (aws, airflow)" >&2; exit 2 ;;
	esac
done
