#!/bin/sh
# Makes the passwords that compose.cluster.yaml hands to its containers, each in a file of its own in deploy/secrets.
# What is there stays: a database keeps the password that it was made with.
#
#   sh deploy/secrets.sh
set -eu
cd "$(dirname "$0")"
umask 077
# Nobody else may look into the folder. The files may be read: a container reads them under a number of its own.
mkdir -p secrets

written() { # NAME TEXT
    if [ -e "secrets/$1" ]; then
        echo "secrets/$1 is there: left as it is"
    else
        printf '%s' "$2" >"secrets/$1"
        chmod 444 "secrets/$1"
        echo "secrets/$1 made"
    fi
}

password() { LC_ALL=C tr -dc 'a-f0-9' </dev/urandom | head -c 48; }

written postgres_password "$(password)"
written registry_url "postgresql://playtrace:$(cat secrets/postgres_password)@postgres:5432/playtrace"
written clickhouse_password "$(password)"
written store_url "clickhouse://playtrace:$(cat secrets/clickhouse_password)@clickhouse:8123/playtrace"
