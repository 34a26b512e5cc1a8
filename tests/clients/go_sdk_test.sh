#!/bin/bash
# AWS's SDK for Go against a stokerd of its own: built from tests/clients/go with pinned versions.
# Without a Go compiler, or when the modules cannot be had, there is nothing to test.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
if ! command -v go >/dev/null || ! (cd tests/clients/go && go build -o "$OLDPWD/$BUILD/go-clients" .) 2>/tmp/go-clients.$$; then
	echo "no Go client: $(tail -n 1 /tmp/go-clients.$$ 2>/dev/null)"
	rm -f /tmp/go-clients.$$
	exit 0
fi
rm -f /tmp/go-clients.$$
STOKER_HOME=$(mktemp -d) || exit 2
export STOKER_HOME
trap '"$BUILD/stoker" server stop --terminate --yes >/dev/null 2>&1; rm -rf "$STOKER_HOME"' EXIT
"$BUILD/stoker" server start >/dev/null || exit 1
eval "$("$BUILD/stoker" env)"
export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
timeout 300 "$BUILD/go-clients"
