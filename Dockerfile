# syntax=docker/dockerfile:1

FROM node:26-alpine AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json ./
# The dev dependency `node` brings a glibc binary that would shadow the image's own.
RUN npm ci --ignore-scripts && rm -f node_modules/.bin/node
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts \
  # Sources, maps and declarations of packages are read by people and editors, never by the daemon.
  && find node_modules dist -type f \
    \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' -o -name '*.markdown' \) -delete \
  && find node_modules -type d \( -name test -o -name tests -o -name docs -o -name example -o -name examples -o -name benchmarks -o -name .github \) \
    -prune -exec rm -rf {} + \
  && rm -rf node_modules/zod/src node_modules/zod/v3 node_modules/undici/types \
  && find node_modules -type d -empty -delete

FROM node:26-alpine
WORKDIR /opt/hassette
ENV NODE_ENV=production HASSETTE_CONNECTION__ON_REFUSED=retry
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY src/cli/bin.cjs ./src/cli/bin.cjs
RUN ln -s /opt/hassette/src/cli/bin.cjs /usr/local/bin/hassette && mkdir -p /config /apps /data && chown node:node /config /apps /data
USER node
VOLUME ["/config", "/apps", "/data"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["hassette", "status", "--config", "/config", "--data", "/data", "--quiet"]
ENTRYPOINT ["hassette"]
CMD ["run", "--config", "/config", "--apps", "/apps", "--data", "/data"]
