/**
 * The stand-in for the official `azure-native` plugin: the few resource types that the program
 * uses, over the same calls of the resource manager. It has a table of types as the other
 * stand-ins, but not Terraform's rules: azure-native compares inputs with inputs, keeps what Azure
 * answers as outputs, and writes whole resources with PUT.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { parsedJson } from "@defender-mssp/errors/json";
import { messageOf } from "@defender-mssp/errors";
import { minuteMs } from "@defender-mssp/errors/time";
import {
  type Checked,
  type ArgumentFailure,
  type ResourceDifference,
  type Provider,
  type ResourceRequest,
  InitializationFailed,
} from "../protocol/provider";
import { at, put, type Value, type ValueRecord, exposed, recordOf } from "../protocol/values";
import { problemsOf, reasonFor } from "../schema/check";
import { checkedConfiguration, packageSchema, unknownType } from "../schema/packageDescription";
import type { ResourceProperties } from "../schema/property";
import { withSecrets } from "../schema/state";
import { configuration, credentialsOf, type AzureNativeCredentials } from "./configuration";
import { changesOf } from "./diff";
import { ResourceManager, type ArmCall, type ArmObject } from "./resourceManager";
import { resources, type ArmResource } from "./resources";
import { armBody, idOf, importedInputs, namesIn, outputsOf, pathNames, previewOf, refreshedInputs } from "./shape";
import { urnName } from "../protocol/urn";

const clientConfig = "azure-native:authorization:getClientConfig";
/**
 * Functions that read a resource: the type's name with `get` in front, the parameters of its path
 * as arguments.
 */
const getters: Readonly<Record<string, string>> = { "azure-native:keyvault:getVault": "keyvault:Vault" };

/** The default timeout of an operation, in milliseconds. */
const defaultTimeout = 20 * minuteMs;

/** @param environment has the credentials. Default: this process's. */
export function azureNativeProvider(
  version: string,
  environment: AzureNativeCredentials["environment"] = process.env,
): Provider {
  return new AzureNativeProvider(version, environment);
}

class AzureNativeProvider implements Provider {
  readonly name = "azure-native";
  private manager: ResourceManager | undefined;

  constructor(
    readonly version: string,
    private readonly environment: AzureNativeCredentials["environment"],
  ) {}

  schema(): object {
    return packageSchema({
      name: this.name,
      version: this.version,
      configuration,
      resources: Object.fromEntries(resources.map(({ name, properties }) => [`azure-native:${name}`, properties])),
      functions: Object.fromEntries([clientConfig, ...Object.keys(getters)].map((token) => [token, {}])),
    });
  }

  checkConfig(urn: string, inputs: ValueRecord): Checked {
    // The SDK sends some arguments as JSON.
    return checkedConfiguration(configuration, urn, inputs, (property, value) =>
      property?.kind === "list" && typeof value === "string"
        ? ((parsedJson(value) as Value | undefined) ?? value)
        : value,
    );
  }

  async configure(args: ValueRecord): Promise<void> {
    this.manager = await ResourceManager.open(credentialsOf(recordOf(exposed(args)), this.environment));
  }

  check(request: ResourceRequest, inputs: ValueRecord, before: ValueRecord): Promise<Checked> {
    const resource = this.resource(request, "Check");
    const given = this.named(resource, request, recordOf(exposed(inputs)), recordOf(exposed(before)));
    const failures: ArgumentFailure[] = problemsOf(resource.properties, given).map((problem) => ({
      property: problem.path,
      reason: reasonFor(problem, urnName(request.urn)),
    }));
    return Promise.resolve({ inputs: withSecrets(resource.properties, given), failures });
  }

  diff(
    request: ResourceRequest,
    _id: string,
    _state: ValueRecord,
    inputs: ValueRecord,
    before: ValueRecord,
  ): Promise<ResourceDifference> {
    const { properties } = this.resource(request, "Diff");
    const changes = changesOf(properties, recordOf(exposed(before)), recordOf(exposed(inputs)));
    const stables = Object.keys(properties).filter((name) => properties[name]?.forceNew);
    return Promise.resolve({ changes, stables: [...stables, "name", "type"] });
  }

  async create(
    request: ResourceRequest,
    inputs: ValueRecord,
    preview: boolean,
  ): Promise<{ id: string; state: ValueRecord }> {
    const resource = this.resource(request, "Create");
    const given = recordOf(exposed(inputs));
    if (preview) return { id: "", state: previewOf(resource, given) };
    const call = this.call(request);
    const id = idOf(resource, given, this.connected().credentials.subscriptionId);
    if ((await call.find(id, resource.apiVersion)) !== undefined) {
      throw new Error(`cannot create already existing resource '${id}'`);
    }
    const body = armBody(resource, given);
    for (const path of resource.shared ?? []) if (at(body, path) === undefined) put(body, path, []);
    const answered = await this.written(resource, id, call, body);
    return { id: idIn(answered, id), state: outputsOf(resource, answered) };
  }

  async read(
    request: ResourceRequest,
    id: string,
    before: ValueRecord,
    inputs: ValueRecord,
  ): Promise<{ id: string; state: ValueRecord; inputs: ValueRecord } | undefined> {
    const resource = this.resource(request, "Read");
    const names = namesIn(resource, id);
    if (names === undefined) throw new Error(`'${id}' is no ID of azure-native:${resource.name}: ${resource.path}`);
    const found = await this.call(request).find(id, resource.apiVersion);
    if (found === undefined) return undefined;
    const state = outputsOf(resource, found);
    const isRefresh = Object.keys(before).length > 0;
    const known = isRefresh
      ? refreshedInputs(inBody(resource), recordOf(exposed(inputs)), recordOf(exposed(before)), state)
      : { ...importedInputs(inBody(resource), state), ...withoutSubscription(names) };
    return { id: idIn(found, id), state, inputs: withSecrets(resource.properties, known) };
  }

  async update(
    request: ResourceRequest,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
    preview: boolean,
  ): Promise<ValueRecord> {
    const resource = this.resource(request, "Update");
    const given = recordOf(exposed(inputs));
    if (preview) return previewOf(resource, given, recordOf(exposed(state)));
    const call = this.call(request);
    const body = armBody(resource, given);
    const missing = (resource.shared ?? []).filter((path) => at(body, path) === undefined);
    if (missing.length > 0) {
      const now = await call.find(id, resource.apiVersion);
      for (const path of missing) put(body, path, at(now, path) ?? []);
    }
    return outputsOf(resource, await this.written(resource, id, call, body));
  }

  async delete(request: ResourceRequest, id: string): Promise<void> {
    const resource = this.resource(request, "Delete");
    const call = this.call(request);
    if (resource.delete !== undefined) await resource.delete(call, namesIn(resource, id) ?? {});
    else await call.delete(id, resource.apiVersion);
  }

  async invoke(token: string, args: ValueRecord = {}): Promise<{ result: ValueRecord }> {
    const manager = this.connected();
    const type = getters[token];
    if (type !== undefined) return { result: await this.readResource(type, recordOf(exposed(args)), manager) };
    if (token !== clientConfig) {
      const known = [clientConfig, ...Object.keys(getters)].join(", ");
      throw new Error(`unknown function: ${token}; the stand-in has ${known}`);
    }
    const { subscriptionId } = manager.credentials;
    return { result: { ...(await manager.identity()), subscriptionId } };
  }

  /** The existing resource, as the reading function returns it. */
  private async readResource(type: string, args: ValueRecord, manager: ResourceManager): Promise<ValueRecord> {
    const resource = resources.find(({ name }) => name === type);
    if (resource === undefined) throw new Error(`the stand-in has no ${type}`);
    const id = idOf(resource, args, manager.credentials.subscriptionId);
    const found = await manager.call(defaultTimeout).find(id, resource.apiVersion);
    if (found === undefined) throw new Error(`the resource ${id} was not found (404)`);
    return { ...outputsOf(resource, found), id: idIn(found, id) };
  }

  cancel(): void {
    this.manager?.cancel();
  }

  /** Writes it, and keeps the existing part if that fails. */
  private async written(resource: ArmResource, id: string, call: ArmCall, body: object): Promise<ArmObject> {
    try {
      return await call.put(id, resource.apiVersion, body);
    } catch (error) {
      const now = await call.find(id, resource.apiVersion).catch(() => undefined);
      if (now === undefined) throw error;
      throw new InitializationFailed(id, outputsOf(resource, now), messageOf(error));
    }
  }

  private resource({ type }: ResourceRequest, method: string): ArmResource {
    const resource = resources.find(({ name }) => `azure-native:${name}` === type);
    if (resource !== undefined) return resource;
    const names = resources.map(({ name }) => name);
    throw unknownType(this.name, method, type, names);
  }

  /** The generated name: the previous one, or a new one. */
  private named(
    { autoname, properties }: ArmResource,
    { urn }: ResourceRequest,
    inputs: ValueRecord,
    before: ValueRecord,
  ): ValueRecord {
    const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
    const location = this.manager?.credentials.location ?? "";
    const needsLocation = location !== "" && properties["location"]?.usage === "optional" && !("location" in given);
    const placed = needsLocation ? { ...given, location } : given;
    if (autoname.property in placed) return placed;
    const fresh = autoname.kind === "uuid" ? randomUUID() : `${urnName(urn)}${randomBytes(4).toString("hex")}`;
    return { ...placed, [autoname.property]: before[autoname.property] ?? fresh };
  }

  private call({ timeout }: ResourceRequest): ArmCall {
    return this.connected().call(timeout > 0 ? timeout * 1000 : defaultTimeout);
  }

  private connected(): ResourceManager {
    if (this.manager === undefined) throw new Error("The azure-native provider has not been configured.");
    return this.manager;
  }
}

/** Properties of the body: parameters of the path never drift. */
function inBody(resource: ArmResource): ResourceProperties {
  const names = pathNames(resource);
  return Object.fromEntries(Object.entries(resource.properties).filter(([name]) => !names.includes(name)));
}

/** In Azure's spelling. */
function idIn(answered: ArmObject, otherwise: string): string {
  const { id } = answered;
  return typeof id === "string" && id !== "" ? id : otherwise;
}

function withoutSubscription(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).filter(([name]) => name !== "subscriptionId"));
}
