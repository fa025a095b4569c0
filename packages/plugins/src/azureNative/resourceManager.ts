/**
 * Azure Resource Manager and Key Vault for the stand-in plugin: addresses, tokens, long-running
 * operations. On this machine only.
 */
import { setTimeout } from "node:timers/promises";
import { textOf, recordOf, tokenClaims } from "@defender-mssp/errors/json";
import { minuteMs } from "@defender-mssp/errors/time";
import type { AccessToken, Answer, Endpoints } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { Deadline } from "../deadline";
import { refuseOtherHost } from "../loopback";
import type { AzureNativeCredentials } from "./configuration";

/** Loaded on demand: a plugin that is only asked for its version does not need it. */
type Microsoft = typeof import("@defender-mssp/microsoft");

export type ArmObject = Readonly<Record<string, unknown>>;

/** A token is renewed this long before its expiry, in milliseconds. */
const tokenMargin = 5 * minuteMs;

/**
 * The longest wait between two polls, in milliseconds. The sandbox's Retry-After is a second, but
 * its operations have ended.
 */
const longestPoll = 50;

/** The resource manager, called by one application in one tenant. */
export class ResourceManager {
  private readonly tokens = new Map<string, Promise<AccessToken>>();
  private readonly aborted = new AbortController();

  private constructor(
    private readonly microsoft: Microsoft,
    private readonly endpoints: Endpoints,
    readonly credentials: AzureNativeCredentials,
  ) {}

  /** Reads the addresses from the metadata host. */
  static async open(credentials: AzureNativeCredentials): Promise<ResourceManager> {
    const microsoft: Microsoft = await import("@defender-mssp/microsoft");
    const endpoints = await microsoft.discoverEndpoints(credentials.environment);
    refuseOtherHost("azure-native", "the metadata document's authentication.loginEndpoint", endpoints.loginEndpoint);
    refuseOtherHost("azure-native", "the metadata document's resourceManager", endpoints.resourceManagerEndpoint);
    refuseOtherHost("azure-native", "the metadata document's microsoftGraphResourceId", endpoints.graphEndpoint);
    return new ResourceManager(microsoft, endpoints, credentials);
  }

  /** The identity of the credentials: claims of a Graph token, as in the official plugin. */
  async identity(): Promise<{ tenantId: string; objectId: string; clientId: string }> {
    const { tid, oid, appid } = recordOf(tokenClaims(await this.accessToken(this.endpoints.graphEndpoint)));
    return { tenantId: textOf(tid), objectId: textOf(oid), clientId: textOf(appid) };
  }

  cancel(): void {
    this.aborted.abort(new VisibleError("canceled"));
  }

  call(timeout: number): ArmCall {
    return new ArmCall(this, new Deadline(timeout, this.aborted.signal));
  }

  /**
   * One request to the resource manager. `path`: with its query, or a whole address that an answer
   * named.
   */
  async send(method: string, path: string, signal: AbortSignal, json?: unknown): Promise<Answer> {
    const url = path.startsWith("/") ? `${this.endpoints.resourceManagerEndpoint}${path}` : path;
    refuseOtherHost("azure-native", "an answer of the resource manager", url);
    const token = await this.accessToken(this.microsoft.clouds.public.resourceManagerEndpoint);
    return this.microsoft.request(url, {
      method,
      token,
      signal,
      accept: [404],
      ...(json === undefined ? {} : { json }),
    });
  }

  /**
   * The official plugin deletes a secret by the vault's own API: the resource manager has no such
   * call.
   */
  async deleteSecret(vaultName: string, secretName: string, signal: AbortSignal): Promise<void> {
    const vault = this.microsoft.keyVaultEndpoint(this.endpoints, vaultName);
    refuseOtherHost("azure-native", "the vault's address", vault);
    const token = await this.accessToken(this.microsoft.keyVaultAudience("public"));
    const url = `${vault}/secrets/${secretName}?api-version=7.4`;
    await this.microsoft.request(url, { method: "DELETE", token, signal, accept: [404] });
  }

  private async accessToken(audience: string): Promise<string> {
    const known = await this.tokens.get(audience);
    if (known !== undefined && known.expiresOn.getTime() - Date.now() > tokenMargin) return known.accessToken;
    const asked = this.microsoft.requestToken({
      tenantId: this.credentials.tenantId || "common",
      audience,
      environment: this.credentials.environment,
      endpoints: this.endpoints,
    });
    this.tokens.set(audience, asked);
    try {
      return (await asked).accessToken;
    } catch (error) {
      this.tokens.delete(audience);
      throw error;
    }
  }
}

/** The requests of one operation, which has a deadline. */
export class ArmCall {
  constructor(
    private readonly manager: ResourceManager,
    private readonly deadline: Deadline,
  ) {}

  /** `undefined`: there is no such resource. */
  async find(id: string, apiVersion: string): Promise<ArmObject | undefined> {
    const answer = await this.send("GET", `${id}?api-version=${apiVersion}`);
    return answer.status === 404 ? undefined : objectOf(answer);
  }

  /** Creates or replaces, and waits until it is done. */
  async put(id: string, apiVersion: string, body: object): Promise<ArmObject> {
    const answer = await this.send("PUT", `${id}?api-version=${apiVersion}`, body);
    if (answer.status === 404) throw notFound("PUT", id, answer);
    await this.finish(answer);
    let now = objectOf(answer);
    // Repeated while the answer is "not ready", and after an operation.
    while (isOnItsWay(now) || answer.headers.has("azure-asyncoperation")) {
      now = (await this.find(id, apiVersion)) ?? {};
      if (!isOnItsWay(now)) return now;
      await this.pause(longestPoll);
    }
    return now;
  }

  /** A missing resource counts as deleted. */
  async delete(id: string, apiVersion: string): Promise<void> {
    await this.finish(await this.send("DELETE", `${id}?api-version=${apiVersion}`));
  }

  deleteSecret(vaultName: string, secretName: string): Promise<void> {
    return this.deadline.keep((signal) => this.manager.deleteSecret(vaultName, secretName, signal));
  }

  /**
   * Waits for a long-running operation: Azure-AsyncOperation has a status, Location answers 202
   * until it is over.
   */
  private async finish(answer: Answer): Promise<void> {
    const status = answer.headers.get("azure-asyncoperation");
    const location = answer.status === 202 ? answer.headers.get("location") : null;
    for (;;) {
      if (status === null && location === null) return;
      const asked = await this.send("GET", status ?? location ?? "");
      const state =
        status === null ? (asked.status === 202 ? "Running" : "Succeeded") : textOf(objectOf(asked)["status"]);
      if (state === "Succeeded") return;
      if (state === "Failed" || state === "Canceled")
        throw new Error(`the operation has ended as ${state}: ${asked.text}`);
      const seconds = Number(asked.headers.get("retry-after") ?? 1);
      await this.pause(Math.min(seconds * 1000, longestPoll));
    }
  }

  private send(method: string, path: string, json?: unknown): Promise<Answer> {
    return this.deadline.keep((signal) => this.manager.send(method, path, signal, json));
  }

  private pause(milliseconds: number): Promise<void> {
    return this.deadline.keep((signal) => setTimeout(milliseconds, undefined, { signal }));
  }
}

function isOnItsWay(resource: ArmObject): boolean {
  const { properties } = resource as { properties?: { provisioningState?: string } };
  return !["Succeeded", "Failed", "Canceled", undefined].includes(properties?.provisioningState);
}

function notFound(method: string, id: string, answer: Answer): Error {
  const { error } = objectOf(answer) as { error?: { code?: string; message?: string } };
  return new Error(`${method} ${id}: 404 ${error?.code ?? ""}: ${error?.message ?? answer.text}`);
}

function objectOf(answer: Answer): ArmObject {
  return typeof answer.body === "object" && answer.body !== null ? (answer.body as ArmObject) : {};
}
