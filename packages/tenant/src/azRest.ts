import { shellQuoted } from "@defender-mssp/errors/escape";

/** The Azure CLI's command for one request of Graph's or Azure's, for an administrator of the tenant. */
export function azRest(method: "DELETE" | "PATCH" | "POST" | "PUT", url: string, json?: unknown): string {
  const body =
    json === undefined ? "" : ` --headers Content-Type=application/json --body ${shellQuoted(JSON.stringify(json))}`;
  return `az rest --method ${method} --url ${shellQuoted(url)}${body}`;
}
