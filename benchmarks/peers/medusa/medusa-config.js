// Medusa with its default modules, without the admin's pages: one process that serves and works, PostgreSQL.
const { defineConfig } = require("@medusajs/framework/utils");

module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: `postgres://peer:peer@127.0.0.1:${process.env.PGPORT}/medusa`,
    databaseDriverOptions: { connection: { ssl: false }, pool: { max: 20 } },
    http: { storeCors: "*", adminCors: "*", authCors: "*", jwtSecret: "peer", cookieSecret: "peer" },
  },
});
