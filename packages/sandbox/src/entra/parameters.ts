/** Parameters of a request to Entra, from a form or a query. */
import type { FastifyRequest } from "fastify";
import { entraErrors } from "./entraErrors";

/** Reads parameters. A repeated one counts once, an empty one is ignored. */
export class Parameters {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  static ofBody(request: FastifyRequest): Parameters {
    const { body } = request;
    return new Parameters(typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {});
  }

  static ofQuery(request: FastifyRequest): Parameters {
    return new Parameters(request.query as Record<string, unknown>);
  }

  get(name: string): string | undefined {
    const value = this.values[name];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === "string" && first !== "" ? first : undefined;
  }

  /** Throws Entra's error for a missing parameter. */
  need(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw entraErrors.missingParameter(name);
    return value;
  }
}

/**
 * The client's ID and secret in an `Authorization: Basic` header, both URL-encoded (RFC 6749,
 * 2.3.1).
 */
export function basicCredentials(request: FastifyRequest): { clientId: string; clientSecret: string } | undefined {
  const [, encoded] = /^basic +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { clientId: formDecoded(text.slice(0, colon)), clientSecret: formDecoded(text.slice(colon + 1)) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
