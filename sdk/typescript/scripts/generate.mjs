// Writes what the SDK knows about the API from the checked-in description: types in `schema.ts`, and in `routes.ts` the
// method and path of every operation. `--check` compares instead and fails when a file is not current.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const description = new URL("../../../docs/openapi.json", import.meta.url);
const folder = new URL("../src/generated/", import.meta.url);
const notice = "// Generated from docs/openapi.json by `npm run generate`. Do not edit.\n\n";

const document = JSON.parse(readFileSync(description, "utf8"));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

// Every refusal is the same problem document, so only what succeeds is worth a type for each operation.
for (const { responses } of operations) {
  for (const status of Object.keys(responses)) {
    if (!status.startsWith("2")) delete responses[status];
  }
}

function routes() {
  const rows = operations.map(({ operationId, method, path, security, parameters = [] }) => {
    const fields = [`method: "${method.toUpperCase()}"`, `path: "${path}"`];
    if (security?.length === 0) fields.push("public: true");
    const isKey = ({ in: place, name }) => place === "header" && name.toLowerCase() === "idempotency-key";
    if (parameters.some(isKey)) fields.push("keyed: true");
    return `  ${operationId}: { ${fields.join(", ")} },\n`;
  });
  return (
    "/** How an operation is called. `public`: without a token. `keyed`: the server answers a repeated `Idempotency-Key` once. */\n" +
    "export interface Route {\n  readonly method: string;\n  readonly path: string;\n  readonly public?: true;\n" +
    "  readonly keyed?: true;\n}\n\n" +
    `export const routes = {\n${rows.sort().join("")}} as const satisfies Record<string, Route>;\n`
  );
}

const files = {
  "schema.ts": astToString(await openapiTS(document, { alphabetize: true, emptyObjectsUnknown: true })),
  "routes.ts": routes(),
};

const stale = [];
for (const [name, text] of Object.entries(files)) {
  const place = new URL(name, folder);
  const wanted = notice + text;
  let current = "";
  try {
    current = readFileSync(place, "utf8");
  } catch {
    // Not there yet.
  }
  if (current === wanted) continue;
  if (process.argv.includes("--check")) stale.push(name);
  else writeFileSync(place, wanted);
}
if (stale.length > 0) {
  console.error(`not current: ${stale.join(", ")}; run \`npm run generate\` in sdk/typescript`);
  process.exit(1);
}
