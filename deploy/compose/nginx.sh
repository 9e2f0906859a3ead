#!/bin/sh
# nginx with the site of deploy/nginx.conf, for the name and the nodes of compose.yaml.
# With PLAIN=1 it speaks no TLS, to be tried on this machine.
set -eu

site() {
    sed -e "s/chat[.]example[.]org/$NAME/g" \
        -e '/^ *server 127[.]0[.]0[.]1:8000;/d' \
        -e "s/#server 10[.]0[.]0[.]11:8000/server $NODE_1:8000/" \
        -e "s/#server 10[.]0[.]0[.]12:8000/server $NODE_2:8000/" \
        -e 's,/var/log/nginx/todo-chat[.]access[.]log,/dev/stdout,' \
        -e 's,/var/log/nginx/todo-chat[.]error[.]log,/dev/stderr,'
}

# Of the two servers the first only leads to the second.
without_tls() {
    awk '/^server [{]/ { servers++ } servers != 1' |
        sed -e 's/:443 ssl http2;/:80;/' -e 's/listen 443 ssl http2;/listen 80;/' -e '/^ *ssl_/d' \
            -e 's/X-Forwarded-Proto https/X-Forwarded-Proto http/'
}

if [ -n "${PLAIN:-}" ]; then site | without_tls; else site; fi < "$SITE" > "$TO"
exec nginx -g 'daemon off;'
