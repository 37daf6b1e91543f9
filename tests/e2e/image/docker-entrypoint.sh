#!/bin/bash
# Behaves like the official image's entrypoint in what matters: flags alone mean mongod, anything else is run as it is.
set -Eeuo pipefail

if [[ ${1:0:1} == - ]]; then set -- mongod "$@"; fi
exec "$@"
