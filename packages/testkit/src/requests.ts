/** Plain requests to a sandbox, and what its tokens say. */
import type { OwnSandbox } from "@defender-mssp/sandbox";

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is a JSON object. */
  readonly body: Record<string, unknown>;
}

/** A form sent to the sandbox; `undefined` values are left out. */
export async function post(
  sandbox: OwnSandbox,
  route: string,
  form: Readonly<Record<string, string | undefined>>,
  headers: Record<string, string> = {},
): Promise<ReceivedAnswer> {
  const body = new URLSearchParams(defined(form));
  return answered(await fetch(sandbox.origins.http + route, { method: "POST", body, headers }));
}

export function defined(values: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

export async function get(
  sandbox: OwnSandbox,
  route: string,
  headers: Record<string, string> = {},
): Promise<ReceivedAnswer> {
  return answered(await fetch(sandbox.origins.http + route, { headers, redirect: "manual" }));
}

export async function answered(response: Response): Promise<ReceivedAnswer> {
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not JSON: the test looks at the text.
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** The claims of a token, and its header, unverified. */
export function decodeToken(token: unknown): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = "", claims = ""] = String(token).split(".");
  const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  return { header: decode(header), claims: decode(claims) };
}
