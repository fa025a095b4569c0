/**
 * Microsoft Graph for the stand-in plugin: its addresses, token and retries. On this machine only.
 */
import { setTimeout } from "node:timers/promises";
import { textOf, tokenClaims } from "@defender-mssp/errors/json";
import { minuteMs } from "@defender-mssp/errors/time";
import type { AccessToken, Answer, Endpoints, RequestOptions, ServiceError } from "@defender-mssp/microsoft";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { Deadline } from "../deadline";
import { refuseOtherHost as refuseHost } from "../loopback";

/** Loaded on demand: a plugin that is only asked for its version does not need it. */
type Microsoft = typeof import("@defender-mssp/microsoft");

export type Version = "v1.0" | "beta";
export type GraphEntity = Readonly<Record<string, unknown>> & { readonly id?: string };

/** Answers that mean "not yet": Graph replicates new objects with a delay. */
export interface GraphPatience {
  /** 404: the new object has not replicated yet. */
  notFound?: boolean;
  conflict?: boolean;
  /** A 400 or 403 whose message matches. */
  messages?: readonly RegExp[];
  /** The official plugin's words for the step, where they are known. */
  step?: string;
}

/** Credentials from the provider's arguments or the environment. */
export interface AzureadCredentials {
  environment: Readonly<Record<string, string | undefined>>;
  tenantId: string;
  clientId: string;
  /** Factor of all waits on a sandbox with replicas; undefined without them. */
  timeScale?: number;
}

/** How often, and how far apart, the official plugin asks until it trusts an answer. */
export interface Hits {
  readonly hits: number;
  /** Milliseconds. */
  readonly pause: number;
  /** Whether it gives up after 20 answers without the object. */
  readonly givesUp?: boolean;
}

const usualHits: Hits = { hits: 5, pause: 5000 };
const mostMissing = 20;

/**
 * The first wait before a retry, in milliseconds; doubled each time, as the official plugin does,
 * up to the longest.
 */
const firstWait = 1000;
const longestWait = 10_000;

/** Connection refused: the sandbox has ended. Closed without an answer or within one: Go's EOF. */
const finalCauses: ReadonlySet<string> = new Set(["ECONNREFUSED", "UND_ERR_SOCKET"]);

/** For the requests of an operation on this machine, which no scale shortens: milliseconds. */
const ownTime = 20_000;

/** A token is renewed this long before its expiry, in milliseconds. */
const tokenMargin = 5 * minuteMs;

/** One tenant's Graph, called by one application. */
export class GraphConnection {
  private token: Promise<AccessToken> | undefined;
  private readonly aborted = new AbortController();
  private readonly locks = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly microsoft: Microsoft,
    private readonly endpoints: Endpoints,
    readonly credentials: AzureadCredentials,
  ) {}

  /**
   * Reads the addresses from the metadata host, then gets a token, so that wrong credentials fail
   * at once.
   */
  static async open(credentials: AzureadCredentials): Promise<GraphConnection> {
    refuseOtherHost("ARM_METADATA_HOSTNAME", `https://${credentials.environment.ARM_METADATA_HOSTNAME ?? ""}`);
    const microsoft: Microsoft = await import("@defender-mssp/microsoft");
    // It refuses a document of this machine that names another.
    const endpoints = await microsoft.discoverEndpoints(credentials.environment);
    const connection = new GraphConnection(microsoft, endpoints, credentials);
    await connection.accessToken();
    return connection;
  }

  /** Object ID of the calling principal: the token's `oid`. */
  async callerId(): Promise<string> {
    return textOf(tokenClaims(await this.accessToken())?.["oid"]);
  }

  /** Ends all waits. */
  cancel(): void {
    this.aborted.abort(new VisibleError("canceled"));
  }

  call(timeout: number): GraphOperation {
    const { timeScale } = this.credentials;
    const scaled = timeScale === undefined ? timeout : timeout * timeScale + ownTime;
    return new GraphOperation(this, new Deadline(scaled, this.aborted.signal));
  }

  /** The address of a directory object, for `$ref` and `@odata.bind`. */
  reference(version: Version, id: string): string {
    return `${this.endpoints.graphEndpoint}/${version}/directoryObjects/${id}`;
  }

  /** One attempt. An expired token is renewed once. */
  async send(url: string, options: RequestOptions): Promise<Answer> {
    const address = url.startsWith("/") ? `${this.endpoints.graphEndpoint}${url}` : url;
    refuseOtherHost("@odata.nextLink", address);
    const token = await this.accessToken();
    const attempt = (bearer: string) => this.microsoft.request(address, { ...options, token: bearer, tries: 1 });
    try {
      return await attempt(token);
    } catch (error) {
      if (this.serviceError(error)?.status !== 401) throw error;
      if ((await this.token)?.accessToken === token) this.token = undefined;
      return attempt(await this.accessToken());
    }
  }

  /** The service's error; undefined for another error. */
  serviceError(error: unknown): ServiceError | undefined {
    return error instanceof this.microsoft.ServiceError ? error : undefined;
  }

  /** Whether the answer ended in the middle. */
  isHalved(error: unknown): boolean {
    return this.serviceError(error)?.cause === this.microsoft.halvedAnswer;
  }

  /** A lock for each object: requests that read, change and write back must not overlap. */
  async locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.locks.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.locks.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.locks.get(key) === settled) this.locks.delete(key);
    }
  }

  private async accessToken(): Promise<string> {
    const { accessToken, expiresOn } = await (this.token ??= this.requestToken());
    if (expiresOn.getTime() - Date.now() > tokenMargin) return accessToken;
    this.token = this.requestToken();
    return (await this.token).accessToken;
  }

  private async requestToken(): Promise<AccessToken> {
    try {
      return await this.microsoft.requestToken({
        tenantId: this.credentials.tenantId || "common",
        audience: this.endpoints.graphEndpoint,
        environment: this.credentials.environment,
        endpoints: this.endpoints,
      });
    } catch (error) {
      this.token = undefined;
      throw error;
    }
  }
}

/** The requests of one operation, which has a deadline. */
export class GraphOperation {
  constructor(
    readonly connection: GraphConnection,
    private readonly deadline: Deadline,
  ) {}

  get callerId(): Promise<string> {
    return this.connection.callerId();
  }

  locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.connection.locked(key, work);
  }

  reference(id: string, version: Version = "v1.0"): { "@odata.id": string } {
    return { "@odata.id": this.connection.reference(version, id) };
  }

  /** `undefined`: there is no such object. */
  async find(path: string, version: Version = "v1.0"): Promise<GraphEntity | undefined> {
    const answer = await this.send(path, { accept: [404] }, version);
    return answer.status === 404 ? undefined : objectOf(answer);
  }

  async get(path: string, version: Version = "v1.0"): Promise<GraphEntity> {
    return objectOf(await this.send(path, {}, version));
  }

  /** All pages. `undefined`: the list's owner does not exist. */
  async findAll(path: string, version: Version = "v1.0"): Promise<GraphEntity[] | undefined> {
    const items: GraphEntity[] = [];
    let next: string | undefined = `/${version}${path}`;
    while (next !== undefined) {
      const answer = await this.sendOnce(next, { accept: [404] });
      if (answer.status === 404) return undefined;
      const page = objectOf(answer) as { value?: GraphEntity[]; "@odata.nextLink"?: string };
      items.push(...(page.value ?? []));
      next = page["@odata.nextLink"];
    }
    return items;
  }

  /** As `findAll`, but a missing owner of the list is an error. */
  async list(path: string, version: Version = "v1.0"): Promise<GraphEntity[]> {
    const items = await this.findAll(path, version);
    if (items === undefined) throw new Error(`GET ${path}: not found`);
    return items;
  }

  async post(
    path: string,
    body: object,
    version: Version = "v1.0",
    patience: GraphPatience = {},
  ): Promise<GraphEntity> {
    const step = patience.step ?? `Could not create ${path.split("/").at(-1) ?? ""}`;
    return this.wholeAnswer(step, async () =>
      objectOf(await this.send(path, { method: "POST", json: body }, version, patience)),
    );
  }

  async patch(path: string, body: object, version: Version = "v1.0", patience: GraphPatience = {}): Promise<void> {
    await this.send(path, { method: "PATCH", json: body }, version, patience);
  }

  async put(path: string, body: object, version: Version = "v1.0"): Promise<void> {
    await this.send(path, { method: "PUT", json: body }, version);
  }

  /** A missing object is an error, as in the official plugin, until a refresh. */
  async delete(path: string, version: Version = "v1.0"): Promise<void> {
    await this.send(path, { method: "DELETE" }, version);
  }

  /** Deletes an object, and waits until it is gone where the sandbox has replicas. */
  async remove(what: string, path: string, version: Version = "v1.0"): Promise<void> {
    await this.delete(path, version);
    await this.untilAgreed(`deletion of ${what}`, async () => (await this.find(path, version)) === undefined);
  }

  /** The service's error; undefined for another error. */
  serviceError(error: unknown): ServiceError | undefined {
    return this.connection.serviceError(error);
  }

  /** Whether the sandbox has replicas: then every wait is the official plugin's, without them one answer is enough. */
  get hasReplicas(): boolean {
    return this.connection.credentials.timeScale !== undefined;
  }

  /**
   * Polls for what a request has just made, until as many answers agree in a row as the official plugin
   * asks for. Its error for a failed poll names what it waited for.
   */
  async poll(what: string, isThere: () => Promise<boolean>, wanted: Hits = usualHits): Promise<void> {
    const { hits, pause, givesUp } = this.hasReplicas ? wanted : { hits: 1, pause: 1000 };
    const longest = this.hasReplicas ? longestWait : pause;
    try {
      let [seen, missing, next] = [0, 0, pause];
      for (;;) {
        const isHit = await isThere();
        seen = isHit ? seen + 1 : 0;
        if (seen === hits) return;
        missing = isHit ? 0 : missing + 1;
        if (givesUp === true && missing > mostMissing) throw new Error(`couldn't find resource (${missing} retries)`);
        await this.pause(next);
        if (!isHit) next = Math.min(next * 2, longest);
      }
    } catch (error) {
      throw new Error(`Waiting for ${what}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** As `poll`, for what is seen at once where the sandbox has no replicas. */
  async untilAgreed(what: string, isSo: () => Promise<boolean>): Promise<void> {
    if (this.hasReplicas) await this.poll(what, isSo);
  }

  /** The official plugin's error for an answer that ends in the middle: it names the step, and no request. */
  private async wholeAnswer(step: string, send: () => Promise<GraphEntity>): Promise<GraphEntity> {
    try {
      return await send();
    } catch (error) {
      if (!this.connection.isHalved(error)) throw error;
      throw new Error(`${step}: unmarshaling response body: unexpected end of JSON input`, { cause: error });
    }
  }

  /** Waits until a new object has replicated: earlier requests would be refused or lost. */
  async untilThere(what: string, path: string, version: Version = "v1.0"): Promise<void> {
    await this.poll(`creation of ${what}`, async () => (await this.find(path, version)) !== undefined);
  }

  /** Waits, unless the operation has timed out or is canceled. */
  pause(milliseconds: number): Promise<void> {
    const late = this.hasReplicas
      ? "timeout while waiting for state to become 'Done' (last state: 'Waiting')"
      : "the service has not shown the change in time";
    return this.wait(milliseconds, new Error(late));
  }

  private async send(
    path: string,
    options: RequestOptions,
    version: Version,
    patience: GraphPatience = {},
  ): Promise<Answer> {
    for (let pause = firstWait; ; pause = Math.min(pause * 2, longestWait)) {
      try {
        return await this.sendOnce(`/${version}${path}`, options);
      } catch (error) {
        if (!this.isNotYet(error, patience)) throw error;
        await this.wait(pause, error);
      }
    }
  }

  /** One request, repeated as the official plugin's client repeats it: see `pauseBeforeRepeat`. */
  private async sendOnce(url: string, options: RequestOptions): Promise<Answer> {
    const headers = { "OData-Version": "4.0", "OData-MaxVersion": "4.0" };
    for (let pause = firstWait; ; pause = Math.min(pause * 2, longestWait)) {
      try {
        return await this.deadline.keep((signal) => this.connection.send(url, { ...options, headers, signal }));
      } catch (error) {
        const wanted = this.pauseBeforeRepeat(error, options.method ?? "GET", pause);
        if (wanted === undefined) throw error;
        await this.wait(wanted, error);
      }
    }
  }

  /**
   * The official plugin's client repeats 408, 424, 429 and 5xx except 501 until the operation's
   * timeout, after Retry-After. After a reset connection it repeats GET only: another request may
   * have had its effect. It repeats no request that ends with EOF, a GET neither
   * (`extendedRetryPolicy` of hashicorp/go-azure-sdk). Undefined: not repeated.
   */
  private pauseBeforeRepeat(error: unknown, method: string, pause: number): number | undefined {
    const failure = this.connection.serviceError(error);
    if (failure === undefined) return undefined;
    const { status, retryAfter } = failure;
    if (status === 0)
      return method === "GET" &&
        !this.connection.isHalved(error) &&
        !(typeof failure.cause === "string" && finalCauses.has(failure.cause))
        ? pause
        : undefined;
    const isRepeated = [408, 424, 429].includes(status) || (status >= 500 && status !== 501);
    return isRepeated ? (retryAfter ?? pause) : undefined;
  }

  private isNotYet(error: unknown, patience: GraphPatience): boolean {
    const failure = this.connection.serviceError(error);
    if (failure === undefined) return false;
    if (failure.status === 404) return Boolean(patience.notFound);
    if (failure.status === 409) return Boolean(patience.conflict);
    if (failure.status !== 400 && failure.status !== 403) return false;
    return Boolean(patience.messages?.some((message) => message.test(failure.message)));
  }

  /** At the deadline the service's last answer is the better error. */
  private async wait(milliseconds: number, lastError: unknown): Promise<void> {
    try {
      const scaled = milliseconds * (this.connection.credentials.timeScale ?? 1);
      await this.deadline.keep((signal) => setTimeout(scaled, undefined, { signal }));
    } catch {
      throw lastError instanceof Error ? lastError : new Error(String(lastError));
    }
  }
}

/** The stand-in plugins call the sandbox only, with any settings. */
export function refuseOtherHost(what: string, url: string): void {
  refuseHost("azuread", what, url);
}

function objectOf(answer: Answer): GraphEntity {
  return typeof answer.body === "object" && answer.body !== null ? (answer.body as GraphEntity) : {};
}
