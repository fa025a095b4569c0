/** The page in docs/ that lists every emulated route with what shows that it is as the service's. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { format } from "prettier";
import { EmulatedCloud } from "../../../src/cloud/cloud";
import { Store } from "../../../src/cloud/store";
import { defenderRoutes, ownRoutes } from "../../../src/defender/index";
import { addEntra } from "../../../src/entra/index";
import { tokenKeys } from "../../../src/entra/keys";
import type { GraphVersion } from "../../../src/graph/entities";
import type { Route } from "../../../src/graph/route";
import { routeTable } from "../../../src/graph/routes";
import { hasRoute, publicBetaKnowsBetter } from "./csdl";
import { evidenceFor } from "./evidence";
import { routeKey } from "./harness";

/** Asked of by the page's reader, and by the test that finds it out of date. */
export const refreshCommand =
  "UPDATE_SANDBOX_ROUTES=1 npx mocha --reporter spec --no-parallel packages/sandbox/test/graph/judges.test.ts";

/** The page as it should be. Only after the tests have driven the routes, and with the reference data there. */
export async function makePage(): Promise<string> {
  return format(pageText(await otherRoutes()), { parser: "markdown", printWidth: 120 });
}

function pageText(others: { defender: string[]; entra: string[] }): string {
  return [
    "# Emulated routes",
    "",
    "Each route that the sandbox answers, and what shows that it answers as Microsoft does. Made by the tests; refresh it with",
    "",
    "```sh",
    refreshCommand,
    "```",
    "",
    "- **metadata**: Microsoft's published metadata of Graph has the route, and every answer that the tests get is checked against",
    "  it (names, types, enum members, null only where allowed). The published beta is a national cloud's; what it lacks was looked for in v1.0.",
    "- **documented**: Microsoft's pages have the route for the public beta, the published metadata only its types, which are checked.",
    "- **tests**: the tests drive it to a success, most of them with the calls of the official azuread plugin.",
    "- **observed**: a recorded answer of the real service is replayed against it.",
    "- **client**: Microsoft's own client library, unmodified, uses it.",
    "",
    "## Microsoft Graph",
    "",
    "| route | v1.0 | beta |",
    "|---|---|---|",
    ...routeTable.routes.map(graphRow),
    "",
    "## Microsoft Defender",
    "",
    "| route | evidence |",
    "|---|---|",
    ...others.defender.map((route) => `| \`${route}\` | ${defenderEvidence(route)} |`),
    "",
    "## Microsoft Entra ID",
    "",
    "Checked by unmodified @azure/msal-node and @azure/identity, and by the recorded token answers.",
    "",
    "| route | documented in |",
    "|---|---|",
    ...others.entra.map((route) => `| \`${route}\` | ${entraEvidence(route)} |`),
    "| `GET /metadata/endpoints` | Azure Resource Manager's metadata document, as Terraform's and Pulumi's providers read it |",
    "",
    "The routes under `/sandbox/` steer the sandbox itself. They are ours, and need a token that only its own commands have.",
    "",
  ].join("\n");
}

function graphRow(route: Route): string {
  const cells = (["v1.0", "beta"] as const).map((version) => graphEvidence(route, version));
  return `| \`${route.method} ${route.path}\` | ${cells.join(" | ")} |`;
}

function graphEvidence(route: Route, version: GraphVersion): string {
  if (!route.versions.includes(version)) return "–";
  const evidence = evidenceFor(routeKey(route, version));
  return [
    ...(hasRoute(version, route.method, route.path) ? [isOnlyDocumented(route.path) ? "documented" : "metadata"] : []),
    ...(evidence.size > 0 ? ["tests"] : []),
    ...(evidence.has("observed") ? ["observed"] : []),
    ...(evidence.has("client") ? ["client"] : []),
  ].join(", ");
}

function isOnlyDocumented(route: string): boolean {
  return Object.keys(publicBetaKnowsBetter).some((path) => route.startsWith(`/${path}/`));
}

function defenderEvidence(route: string): string {
  const [method = "", path_ = ""] = route.split(" ");
  const [, version = "", ...rest] = path_.split("/");
  if (version === "v1.0" && hasRoute("v1.0", method, `/${rest.join("/")}`)) return "metadata, tests";
  if (ownRoutes.includes(path_)) return "**ours**: this page of the portal has no public API";
  return "Microsoft's pages on the (deprecated) SIEM REST API; no metadata is published";
}

/** Where each kind of route is documented; the most telling part of the path decides. */
const entraDocuments: readonly [part: string, document: string][] = [
  [
    "/.well-known/",
    "[OpenID Connect](https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc), a recorded document",
  ],
  ["/discovery/instance", "[authority aliases](https://learn.microsoft.com/entra/msal/), as msal asks"],
  ["/discovery/", "[signing keys](https://learn.microsoft.com/entra/identity-platform/access-tokens)"],
  ["/devicecode", "[device code](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code)"],
  ["/authorize", "[authorization code](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow)"],
  [
    "/token",
    "[tokens](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow), recorded answers",
  ],
  ["/adminconsent", "[admin consent](https://learn.microsoft.com/entra/identity-platform/v2-admin-consent)"],
  [
    "/logout",
    "[sign-out](https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request)",
  ],
  ["/oidc/userinfo", "[UserInfo](https://learn.microsoft.com/entra/identity-platform/userinfo)"],
];

function entraEvidence(route: string): string {
  const document = entraDocuments.find(([part]) => route.includes(part))?.[1];
  if (document === undefined) throw new Error(`Say in support/page.ts where ${route} is documented.`);
  return document;
}

/** The routes that Defender's and Entra's parts add to a server. */
async function otherRoutes(): Promise<{ defender: string[]; entra: string[] }> {
  const folder = await mkdtemp(path.join(tmpdir(), "defender-mssp-routes-"));
  try {
    const cloud = await EmulatedCloud.open(new Store(folder));
    const keys = await tokenKeys(folder);
    return {
      defender: await routesAddedBy((app) => defenderRoutes(app, cloud)),
      entra: await routesAddedBy((app) => addEntra(app, cloud, keys)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function routesAddedBy(add: (app: FastifyInstance) => void): Promise<string[]> {
  const app = fastify({ exposeHeadRoutes: false });
  const found: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    found.push(`${[method].flat().join(", ")} ${url.replaceAll(/:(\w+)/g, "{$1}")}`);
  });
  await app.register((scope, _options, done) => {
    add(scope);
    done();
  });
  await app.ready();
  await app.close();
  return distinct(found).sort((left, right) => left.localeCompare(right, "en"));
}

/** Paths that differ in case or a slash at the end are one route. */
function distinct(routes: readonly string[]): string[] {
  const byText = new Map(routes.map((route) => [route.replace(/\/$/, "").toLowerCase(), route] as const).reverse());
  return [...byText.values()];
}
