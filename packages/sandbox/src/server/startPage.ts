/**
 * The page at `/`: the services, base URLs and tenants, for a person with a browser. The sandbox's
 * own, not Microsoft's.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { EmulatedCloud } from "../cloud/cloud";
import type { RequestCounter, RequestCounts } from "./requestCounts";

interface Description {
  readonly about: string;
  readonly services: readonly { readonly name: string; readonly url: string }[];
  readonly tenants: readonly {
    readonly id: string;
    readonly name: string;
    /** Number of objects by kind, such as `groups`; kinds without objects are omitted. */
    readonly objects: Readonly<Record<string, number>>;
    /** Since the sandbox started. */
    readonly requests: RequestCounts;
  }[];
}

/**
 * Answers HTML, or JSON with `Accept: application/json`. Only names and counts of objects: no token
 * is required.
 */
export function startPage(
  request: FastifyRequest,
  reply: FastifyReply,
  cloud: EmulatedCloud,
  counter: RequestCounter,
): FastifyReply {
  // No other origin can frame it, and no tenant's name can load or run anything.
  reply.headers({
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    vary: "accept",
  });
  const description = describe(cloud, counter);
  if (prefersJson(request.headers.accept ?? "")) return reply.send(description);
  return reply.type("text/html; charset=utf-8").send(page(description));
}

function describe(cloud: EmulatedCloud, counter: RequestCounter): Description {
  const { https, http } = cloud.origins;
  return {
    about: "An emulated Microsoft cloud on this machine. It listens on 127.0.0.1 only and never contacts Microsoft.",
    services: [
      { name: "Microsoft Entra ID", url: `${https}/{tenant ID}/oauth2/v2.0` },
      { name: "Microsoft Graph v1.0", url: `${https}/v1.0` },
      { name: "Microsoft Graph beta", url: `${https}/beta` },
      { name: "Microsoft Defender", url: `${https}/api` },
      { name: "Azure Resource Manager", url: `${https}/subscriptions` },
      { name: "Metadata of the cloud", url: `${https}/metadata/endpoints` },
      { name: "The same services without TLS", url: http },
    ],
    tenants: cloud.records().map((tenant) => ({
      id: tenant.id,
      name: nameOf([...tenant.objects("organization").values()][0]?.["displayName"]),
      objects: Object.fromEntries(
        tenant
          .collections()
          .map((kind) => [kind, tenant.objects(kind).size] as const)
          .filter(([, count]) => count > 0)
          .sort(([left], [right]) => (left < right ? -1 : 1)),
      ),
      requests: counter.of(tenant.id),
    })),
  };
}

function nameOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A browser names text/html first; a client that names neither gets the page. */
function prefersJson(accept: string): boolean {
  const json = accept.toLowerCase().indexOf("application/json");
  const html = accept.toLowerCase().indexOf("text/html");
  return json >= 0 && (html < 0 || json < html);
}

function page({ about, services, tenants }: Description): string {
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>Sandbox</title>',
    "<style>body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse}td,th{padding:.2rem 1rem .2rem 0;text-align:left}</style>",
    `</head><body><h1>Sandbox</h1><p>${escaped(about)}</p>`,
    "<h2>Services</h2>",
    table(services.map(({ name, url }) => [name, url])),
    ...tenants.flatMap(({ id, name, objects }) => [
      `<h2>${escaped(name === "" ? id : `${name} (${id})`)}</h2>`,
      table(Object.entries(objects).map(([kind, count]) => [kind, String(count)])),
    ]),
    "</body></html>",
    "",
  ].join("\n");
}

function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`);
  return `<table>\n${lines.join("\n")}\n</table>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
