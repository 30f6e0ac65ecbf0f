#!/bin/sh
# Makes every secret of a new server in deploy/secrets/, but for EMAIL_URL, which the mail server's owner gives you.
# What is there already stays. Back the folder up, apart from the database: without it no name can ever be read again.
set -eu
cd "$(dirname "$0")/.."
umask 077
secrets=deploy/secrets

# Where the project's Python is at hand it is taken; else the image's.
if [ -n "${PYTHON:-}" ]; then
    "$PYTHON" manage.py keys new --directory "$secrets"
else
    docker build --quiet --tag undersigned:local .
    docker run --rm --user "$(id -u):$(id -g)" --network none --volume "$PWD/$secrets:/secrets" undersigned:local \
        python manage.py keys new --directory /secrets
fi

random() { head -c 48 /dev/urandom | base64 --wrap=0 | tr '+/' '-_'; }
keep() { [ -e "$secrets/$1" ] || printf '%s\n' "$2" > "$secrets/$1"; }
rm -f "$secrets/SECRET_KEY"  # each role has one of its own: what the public pages lose signs no session of staff
for role in public admin worker; do
    keep "SECRET_KEY_$role" "$(random)"
done
keep DATABASE_PASSWORD "$(random)"
for role in owner public admin worker; do
    keep "DATABASE_URL_$role" "postgres://undersigned_$role:$(random)@db:5432/undersigned"
done

# Compose mounts each file as it is into the containers that hold it, whose users are not yours: so the files can be
# read, but nobody else on this server gets through the folder to them.
chmod 700 "$secrets"
chmod 644 "$secrets"/*
[ -e "$secrets/EMAIL_URL" ] || echo "Still to do: $secrets/EMAIL_URL with smtp+tls://user:password@mail.example.org:587"
