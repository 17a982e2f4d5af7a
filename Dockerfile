# The image of the worker. `docker build -t idle-enforcer .`
#
# It runs as an ordinary user with a read-only root; /data is the volume of the store, /config holds the policy:
#   docker run --read-only --env-file .env -v ./config:/config:ro -v idle-enforcer:/data -p 127.0.0.1:8080:8080 idle-enforcer

# The base of both stages. A tag may stand for another image tomorrow. The pipeline therefore resolves it once in each run,
# builds by that digest and shows it, and refuses to release while the digest does not stand here:
# node:24.21.0-slim@sha256:… (CONTRIBUTING.md says where it comes from).
ARG NODE_IMAGE=node:24.21.0-slim

# What is built is the same on every processor, so it is built on the builder's own.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
# No package needs a script of its own to be installed, so none may run.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && chmod 755 dist/main.js
# The same lock file again, without what only building and testing need, and without the Node.js that it names for older ones.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="idle-enforcer" \
      org.opencontainers.image.description="Logs idle agents off Genesys Cloud, and never disturbs agents who work" \
      org.opencontainers.image.licenses="MIT"
# Nothing is installed at run time, so the package managers go. The link makes `idle-enforcer pause` work in a container.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
           /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    && ln -s /app/dist/main.js /usr/local/bin/idle-enforcer \
    && mkdir /data /config && chown 1000:1000 /data
# The lock file stays, so that scanners can name every part of the image.
COPY LICENSE package.json package-lock.json /app/
COPY config /app/config
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
# Outside a container it listens on loopback only; here the network of the container is what keeps others out. What
# SQLite cannot sort in memory goes to the volume, the one place that can be written to.
ENV NODE_ENV=production \
    IDLE_ENFORCER_CONFIG=/config/idle-enforcer.yaml \
    IDLE_ENFORCER_HOST=0.0.0.0 \
    SQLITE_TMPDIR=/data
# A relative path of the store, such as the default ./data/idle-enforcer.db, leads to the volume from here.
WORKDIR /
VOLUME /data
# The number, not the name, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 8080
# For `run`. Keep server.port at 8080 in the policy and map it outside.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The program is the first process itself, without an init: it starts no processes that would have to be reaped, and it
# handles SIGTERM and its like from its first line on, also in commands that take no care of them. Before that line the
# flag keeps Node.js from opening a debugger at SIGUSR1.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--disable-sigusr1", "/app/dist/main.js"]
CMD ["run"]
