/**
 * Replication delay of Graph: a new object is hidden by ID, in lists and in references for a while.
 */
import type { Clock } from "../../cloud/clock";
import { graphLikeError } from "../../cloud/graphLikeError";

/** The answer in place of the real one. */
export interface Refused {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export class Replication {
  /** The end of each ID's delay, in milliseconds of the server's clock. */
  readonly #hidden = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Hides a new object, given by the answer to its create. */
  hide(created: unknown, milliseconds: number): void {
    const until = this.clock.now().getTime() + milliseconds;
    for (const id of idsOf(created)) this.#hidden.set(id, until);
  }

  /** Whether something is hidden now. */
  get isBehind(): boolean {
    const now = this.clock.now().getTime();
    for (const [id, until] of this.#hidden) if (until <= now) this.#hidden.delete(id);
    return this.#hidden.size > 0;
  }

  /**
   * The answer to a request that names a hidden object in path or body; undefined if it names none.
   */
  refusal(method: string, url: string, body: string): Refused | undefined {
    if (!this.isBehind) return undefined;
    const path = url.split("?", 1)[0] ?? "";
    const inPath = this.#named(path);
    if (inPath !== undefined) return notFound(inPath);
    const inBody = method === "GET" ? undefined : this.#named(body);
    return inBody === undefined ? undefined : dangling(path, inBody);
  }

  /** A list without hidden objects; undefined if nothing is hidden. */
  stale(answer: unknown): Record<string, unknown> | undefined {
    if (!this.isBehind || typeof answer !== "object" || answer === null) return undefined;
    const { value } = answer as { value?: unknown };
    if (!Array.isArray(value)) return undefined;
    const shown = value.filter((item: unknown) => !idsOf(item).some((id) => this.#hidden.has(id)));
    return shown.length === value.length ? undefined : { ...answer, value: shown };
  }

  #named(text: string): string | undefined {
    return [...this.#hidden.keys()].find((id) => text.includes(id));
  }
}

/** The IDs of an object: its own, an application's `appId`, and the invited user's. */
function idsOf(object: unknown): string[] {
  const { id, appId, invitedUser } = (object ?? {}) as { id?: unknown; appId?: unknown; invitedUser?: unknown };
  const ids = [id, appId].filter((value) => typeof value === "string" && value.length > 20) as string[];
  return invitedUser === undefined ? ids : [...ids, ...idsOf(invitedUser)];
}

function notFound(id: string): Refused {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return { status: 404, body: graphLikeError("Request_ResourceNotFound", message) };
}

/**
 * The service's errors for a reference to an unknown object; the azuread provider waits after
 * exactly these.
 */
function dangling(path: string, id: string): Refused {
  const badRequest = (message: string) => ({ status: 400, body: graphLikeError("Request_BadRequest", message) });
  if (path.endsWith("/servicePrincipals")) {
    return badRequest(`The appId '${id}' of the service principal does not reference a valid application object.`);
  }
  if (path.endsWith("/appRoleAssignedTo")) return badRequest("Not a valid reference update.");
  return notFound(id);
}
