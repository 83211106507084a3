# The images that are no part of Kubernetes: Debian, the registry, the gateway.

debian() {
  has_image debian:bookworm-slim && return
  local root=$work/rootfs mirror
  mirror=$(awk '/^URIs:/{print $2; exit} /^deb /{print $2; exit}' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null)
  rm -rf "$root"
  logged debootstrap debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"}
  # apt in the image goes where apt of this machine goes.
  if [[ -f /etc/apt/sources.list.d/debian.sources ]]; then
    : >"$root/etc/apt/sources.list"
    cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
  fi
  cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb "$root"/usr/share/{doc,man,locale}/*
  tar -C "$root" -c . | docker import --change 'CMD ["bash"]' - debian:bookworm-slim >/dev/null
  rm -rf "$root"
}

registry() {
  has_image registry:2 && return
  image registry:2 <<'DOCKERFILE'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends docker-registry && rm -rf /var/lib/apt/lists/* \
 && printf 'version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry\n  delete:\n    enabled: true\nhttp:\n  addr: :5000\n' > /etc/registry.yml
ENTRYPOINT ["/usr/bin/docker-registry", "serve", "/etc/registry.yml"]
DOCKERFILE
}

# Of Debian 13: that of Debian 12 has HTTP/2 without TLS only where nothing else is. Laid out as the official image: content in /usr/share/nginx/html, servers in /etc/nginx/conf.d, logs to the container's output.
nginx() {
  has_image nginx:1.26 && return
  image nginx:1.26 <<'DOCKERFILE'
FROM debian:bookworm-slim
RUN find /etc/apt -name '*.sources' -o -name sources.list | xargs sed -i s/bookworm/trixie/g \
 && apt-get update && apt-get install -y --no-install-recommends nginx libnginx-mod-stream && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default \
 && mkdir -p /usr/share/nginx/html && rm -rf /usr/share/nginx/html/* \
 && printf 'server {\n  listen 80;\n  location / {\n    root /usr/share/nginx/html;\n    index index.html;\n  }\n}\n' > /etc/nginx/conf.d/default.conf \
 && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
DOCKERFILE
}
