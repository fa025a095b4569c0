/** A plugin from a table: the whole protocol for each resource type of the table. */
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
import { type ValueRecord, exposed, hasUnknowns, recordOf } from "../protocol/values";
import { problemsOf, reasonFor, reasonForFunction, standInLacks, withDefaults } from "./check";
import { changesOf, stablesOf } from "./diff";
import { Fields } from "./fields";
import { checkedConfiguration, packageSchema, unknownType } from "./packageDescription";
import type { ResourceProperties } from "./property";
import type { FunctionType, Minutes, ResourceType } from "./resource";
import {
  completed,
  invoked,
  importedInputs,
  planned,
  previewedCreate,
  previewedUpdate,
  refreshedInputs,
  withSecrets,
  type OutputsAfter,
} from "./state";
import { urnName } from "../protocol/urn";

/** The default timeout of an operation. */
const defaultMinutes = 20;

/** Under this key Terraform keeps timeouts in a state's private data. */
const timeoutsKey = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0";

export interface ProviderTable<Call> {
  readonly name: string;
  readonly version: string;
  readonly configuration: ResourceProperties;
  readonly resources: readonly ResourceType<Call>[];
  readonly functions: readonly FunctionType<Call>[];
  configure(args: ValueRecord): Promise<void>;
  /** The context of one operation, with its timeout in milliseconds. */
  call(timeout: number): Call;
  /**
   * Waits for a new object that can't be read yet. Without it that is an error. Throws at the
   * operation's timeout, and `NotReadBack` where the plugin gives up at once.
   */
  pause?(call: Call, resource: ResourceType<Call>): Promise<void>;
  cancel(): void;
}

export class TableProvider<Call> implements Provider {
  readonly name: string;
  readonly version: string;
  private readonly resources: ReadonlyMap<string, ResourceType<Call>>;
  private readonly functions: ReadonlyMap<string, FunctionType<Call>>;
  private isConfigured = false;

  constructor(private readonly table: ProviderTable<Call>) {
    this.name = table.name;
    this.version = table.version;
    this.resources = new Map(table.resources.map((resource) => [tokenOf(table.name, resource.name), resource]));
    this.functions = new Map(table.functions.map((one) => [tokenOf(table.name, one.name), one]));
  }

  schema(): object {
    const propertiesOf = (types: ReadonlyMap<string, { readonly properties: ResourceProperties }>) =>
      Object.fromEntries([...types].map(([token, { properties }]) => [token, properties]));
    return packageSchema({
      name: this.name,
      version: this.version,
      configuration: this.table.configuration,
      resources: propertiesOf(this.resources),
      functions: propertiesOf(this.functions),
    });
  }

  checkConfig(urn: string, inputs: ValueRecord): Checked {
    return checkedConfiguration(this.table.configuration, urn, inputs);
  }

  async configure(args: ValueRecord): Promise<void> {
    await this.table.configure(recordOf(exposed(args)));
    this.isConfigured = true;
  }

  check(request: ResourceRequest, inputs: ValueRecord, before: ValueRecord): Promise<Checked> {
    const { properties } = this.resource(request, "Check");
    const given = recordOf(exposed(inputs));
    const name = urnName(request.urn);
    const old = recordOf(exposed(before));
    const failures: ArgumentFailure[] = problemsOf(properties, given, old).map((problem) => ({
      property: "",
      reason: reasonFor(problem, name),
    }));
    const checked = withDefaults(properties, given, old);
    return Promise.resolve({ inputs: withSecrets(properties, checked), failures });
  }

  async diff(
    request: ResourceRequest,
    _: string,
    state: ValueRecord,
    inputs: ValueRecord,
  ): Promise<ResourceDifference> {
    const resource = this.resource(request, "Diff");
    const before = recordOf(exposed(state));
    const given = recordOf(exposed(inputs));
    const changes = changesOf(resource.properties, before, given);
    const plan = this.fields(resource, given, before);
    if (changes.size > 0) await this.validate(resource, plan, request, false, `diffing ${request.urn}`);
    return { changes, stables: stablesOf(resource.properties) };
  }

  async create(
    request: ResourceRequest,
    inputs: ValueRecord,
    preview: boolean,
  ): Promise<{ id: string; state: ValueRecord }> {
    const resource = this.resource(request, "Create");
    const { properties } = resource;
    const plan = this.fields(resource, recordOf(exposed(inputs)));
    await this.validate(resource, plan, request, true, `diffing ${request.urn}`);
    if (preview) return { id: "", state: withSecrets(properties, previewedCreate(properties, plan.values)) };
    const call = this.call(request, resource.minutes?.create);
    let made: { id: string; known: ValueRecord } | undefined;
    try {
      await resource.create(plan, call, (id, known = {}) => (made = { id, known: { ...made?.known, ...known } }));
      if (made === undefined) throw new Error(`${resource.terraform}: nothing was made, and no error said why`);
      const { id, known } = made;
      const readNew = () => resource.read(id, call, new Fields(properties, { ...plan.values, ...known }));
      let read = await readNew();
      while (read === undefined && this.table.pause !== undefined) {
        await this.table.pause(call, resource);
        read = await readNew();
      }
      if (read === undefined) throw new Error(`${resource.terraform} ${id} is gone right after it was made`);
      return { id, state: this.outputs(resource, id, plan.values, { ...known, ...read }) };
    } catch (error) {
      // The bridge's own error: the object is there, and in no state.
      if (error instanceof NotReadBack)
        throw new Error(`expected non-nil error with nil state during Create of ${request.urn}`, { cause: error });
      if (made === undefined) throw new Error(listed(error), { cause: error });
      const { id, known } = made;
      // As the bridge: the planned values. Only a refresh shows what it has not done.
      const state = this.outputs(resource, id, plan.values, { ...plan.values, ...known }, "failure");
      throw new InitializationFailed(id, state, `creating ${request.urn}: ${listed(error)}`);
    }
  }

  async read(
    request: ResourceRequest,
    id: string,
    before: ValueRecord,
    inputs: ValueRecord,
  ): Promise<{ id: string; state: ValueRecord; inputs: ValueRecord } | undefined> {
    const resource = this.resource(request, "Read");
    const { properties } = resource;
    const isRefresh = Object.keys(before).length > 0;
    if (!isRefresh) {
      const problem = resource.importId?.(id, "id");
      if (problem !== undefined) throw new Error(problem);
      // The official plugin cannot import it either, and reports it as missing.
      if (resource.importId === undefined) return undefined;
    }
    const known = recordOf(exposed(before));
    const call = this.call(request, resource.minutes?.read);
    const read = await wrapped(`refreshing ${request.urn}`, () =>
      resource.read(id, call, new Fields(properties, known)),
    );
    if (read === undefined) return undefined;
    const given = recordOf(exposed(inputs));
    const outputs = this.outputs(
      resource,
      id,
      isRefresh ? given : {},
      { ...withoutOwnKeys(known), ...read },
      "refresh",
    );
    const plain = recordOf(exposed(outputs));
    const found = isRefresh ? refreshedInputs(properties, given, plain) : importedInputs(properties, plain);
    const state = isRefresh ? outputs : { ...outputs, __meta: metadata(resource, "imported") };
    return { id, state, inputs: withSecrets(properties, found) };
  }

  async update(
    request: ResourceRequest,
    id: string,
    state: ValueRecord,
    inputs: ValueRecord,
    preview: boolean,
  ): Promise<ValueRecord> {
    const resource = this.resource(request, "Update");
    const { properties } = resource;
    const before = recordOf(exposed(state));
    const plan = this.fields(resource, recordOf(exposed(inputs)), before);
    if (preview) return { ...withSecrets(properties, previewedUpdate(properties, plan.values, before)), id };
    const call = this.call(request, resource.minutes?.update ?? resource.minutes?.create);
    try {
      if (changesOf(properties, before, plan.values).size > 0) await resource.update?.(id, plan, call);
      const read = await resource.read(id, call, new Fields(properties, plan.values));
      if (read === undefined) throw new ResourceIsGone(request.urn);
      return this.outputs(resource, id, plan.values, read);
    } catch (error) {
      if (error instanceof ResourceIsGone) throw error;
      const known = await this.actual(resource, id, call, plan.values, withoutOwnKeys(before));
      throw new InitializationFailed(id, known, `updating ${request.urn}: ${listed(error)}`);
    }
  }

  async delete(request: ResourceRequest, id: string, state: ValueRecord): Promise<void> {
    const resource = this.resource(request, "Delete");
    const call = this.call(request, resource.minutes?.delete);
    const before = new Fields(resource.properties, recordOf(exposed(state)));
    await wrapped(`deleting ${request.urn}`, () => resource.delete(id, call, before));
  }

  async invoke(token: string, args: ValueRecord): Promise<{ result: ValueRecord } | { failures: ArgumentFailure[] }> {
    const entry = this.functions.get(token);
    if (entry === undefined) {
      throw new Error(`unrecognized data function (Invoke): ${token}. ${standInLacks(token.split(":").at(-1) ?? "")}`);
    }
    const given = recordOf(exposed(args));
    const problems = problemsOf(entry.properties, given);
    if (problems.length > 0) {
      return { failures: problems.map((problem) => ({ property: "", reason: reasonForFunction(problem) })) };
    }
    const call = this.table.call(minutes(5));
    const { id, values } = await wrapped(`invoking ${token}`, () =>
      entry.invoke(new Fields(entry.properties, given), call),
    );
    return { result: { ...invoked(entry.properties, given, values), id } };
  }

  cancel(): void {
    this.table.cancel();
  }

  private resource(request: ResourceRequest, method: string): ResourceType<Call> {
    const resource = this.resources.get(request.type);
    if (resource !== undefined) return resource;
    const names = this.table.resources.map(({ name }) => name);
    throw unknownType(this.name, method, request.type, names);
  }

  private fields(resource: ResourceType<Call>, inputs: ValueRecord, before?: ValueRecord): Fields {
    return new Fields(resource.properties, planned(resource.properties, inputs, before), before);
  }

  private call(request: ResourceRequest, limit = defaultMinutes): Call {
    return this.table.call(request.timeout > 0 ? request.timeout * 1000 : minutes(limit));
  }

  /**
   * Outputs of an update that failed half way: the current values, so that the next update completes
   * them; the known values if reading fails.
   */
  private async actual(
    resource: ResourceType<Call>,
    id: string,
    call: Call,
    plan: ValueRecord,
    known: ValueRecord,
  ): Promise<ValueRecord> {
    const read = await resource.read(id, call, new Fields(resource.properties, known)).catch(() => undefined);
    return this.outputs(resource, id, plan, { ...known, ...read }, "failure");
  }

  private async validate(
    resource: ResourceType<Call>,
    plan: Fields,
    request: ResourceRequest,
    isNew: boolean,
    what: string,
  ): Promise<void> {
    // A provider with unknown arguments cannot make requests.
    if (!this.isConfigured || resource.validate === undefined || hasUnknowns(plan.values)) return;
    const call = this.call(request, resource.minutes?.read);
    await wrapped(what, async () => resource.validate?.(plan, call, isNew));
  }

  private outputs(
    resource: ResourceType<Call>,
    id: string,
    plan: ValueRecord,
    read: ValueRecord,
    after: OutputsAfter = "change",
  ): ValueRecord {
    const { properties } = resource;
    const outputs = completed(properties, plan, read, after);
    return { ...withSecrets(properties, outputs), id, __meta: metadata(resource) };
  }
}

/** `azuread:index/group:Group` for `Group`. */
export function tokenOf(plugin: string, name: string): string {
  return `${plugin}:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

/**
 * The bridge's metadata in a state, so that the official plugin can read it. An import names
 * version 0, too.
 */
function metadata({ minutes: limits, schemaVersion = 0 }: ResourceType<never>, origin?: "imported"): string {
  const timeouts = Object.fromEntries(
    (["create", "delete", "read", "update"] satisfies (keyof Minutes)[])
      .filter((name) => limits?.[name] !== undefined)
      .map((name) => [name, minutes(limits?.[name] ?? 0) * 1e6]), // nanoseconds
  );
  const isNamed = schemaVersion > 0 || origin === "imported";
  const version = isNamed ? { schema_version: String(schemaVersion) } : {};
  return JSON.stringify(Object.keys(timeouts).length > 0 ? { [timeoutsKey]: timeouts, ...version } : version);
}

/** A new object that was not found when it was read back. */
export class NotReadBack extends Error {}

class ResourceIsGone extends Error {
  constructor(urn: string) {
    super(
      `Resource provider reported that the resource did not exist while updating ${urn}.\n\n` +
        "This is usually a result of the resource having been deleted outside of Pulumi, and can often be " +
        "fixed by running `pulumi refresh` before updating.",
    );
  }
}

async function wrapped<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${what}: ${listed(error)}`, { cause: error });
  }
}

function withoutOwnKeys(state: ValueRecord): ValueRecord {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name !== "id" && !name.startsWith("__")));
}

/** As Terraform's SDK prints a list of errors that has one. */
function listed(error: unknown): string {
  return `1 error occurred:\n\t* ${messageOf(error)}\n\n`;
}

function minutes(count: number): number {
  return count * minuteMs;
}
