/**
 * The logic that the dynamic resources for portal calls without a public API share (SIEM
 * authorization, notification rule): their two modes, the address and the token of their calls, and
 * the ownership of an object.
 *
 * `create` decides the ownership once and records it as `adopted`:
 * - created by this resource: `up` restores it after changes by hand, `destroy` deletes it;
 * - adopted (another party had created it): read only, never changed and never deleted.
 */
import { clouds, withoutTrailingSlash } from "../clouds";
import { discoverEndpoints, type Environment } from "../endpoints";
import { visible, VisibleError, withoutUndefined, type ServiceError } from "@defender-mssp/errors";
import { withFreshToken, type CallContext } from "../graph/call";
import {
  checkEndpoint,
  checkOneOf,
  checkUuid,
  differences,
  endpointFault,
  picked,
  type CheckFailure,
  type Difference,
  type Properties,
} from "./provider";
import { requestToken } from "../entra/token";
import type { PortalCall } from "../defender/portalCall";

/**
 * `endpoint`: the resource calls a server. `manual`: a person does the step in the portal; the
 * resource calls nothing.
 */
export type PortalMode = "endpoint" | "manual";

/** The environment variable that names the server if a resource has no input `endpoint`. */
export const endpointVariable = "MSSP_DEFENDER_ENDPOINT";

/** The inputs that these resources share. */
export type PortalInputs = {
  /** The customer's tenant, in which the object is created. */
  tenantId: string;
  mode: PortalMode;
  /** Base URL of the server to call. Default: MSSP_DEFENDER_ENDPOINT at the time of the call. */
  endpoint?: string;
  /** The mark of the object. A second create after a crash recognizes its object by this mark. */
  managedBy: string;
};

/** What differs between the kinds of objects. */
export interface PortalKind<Inputs extends PortalInputs, Found, Status extends string> {
  /** The name of the kind in errors, such as `SIEM authorization`. */
  readonly noun: string;
  /** The status after a server confirmed the object. */
  readonly status: Status;
  /** The Defender permission that the calls need, as the portal names it. */
  readonly permission: string;
  /** Inputs, besides the shared ones, whose change replaces the resource. */
  readonly identity: readonly string[];
  /** Inputs, besides the shared ones, whose change updates the resource. */
  readonly contents: readonly string[];
  /** Checks the known inputs and may normalize their values. */
  check(inputs: Record<string, unknown>): CheckFailure[];
  /** The resource's ID within the tenant. */
  idOf(inputs: Inputs): string;
  get(call: PortalCall, inputs: Inputs): Promise<Found | undefined>;
  put(call: PortalCall, inputs: Inputs): Promise<Found>;
  delete(call: PortalCall, inputs: Inputs): Promise<void>;
  /** The server's object as inputs. */
  contentsOf(found: Found): Partial<Inputs>;
  /** The mark of the object's owner; null if a person created it by hand. */
  markOf(found: Found): string | null;
  /** The error message if a different object of another owner exists. */
  conflict(inputs: Inputs, found: Found): string;
}

/** The resource's outputs: its inputs and the result. */
export type PortalState<Inputs extends PortalInputs, Status extends string> = Inputs & {
  /** Any value but `manual` is the server's own answer. */
  status: Status | "manual";
  /** Another party had created the object: `destroy` keeps it. */
  adopted: boolean;
};

/**
 * The methods of a Pulumi dynamic provider for one kind of object. They take every parameter that
 * Pulumi passes: the code in a state passes all of them, so it never has to change.
 * The methods that call a server throw a `VisibleError` that names the step and what to do.
 */
export class PortalResource<Inputs extends PortalInputs, Found, Status extends string> {
  readonly #identity: readonly string[];
  readonly #names: readonly string[];

  constructor(private readonly kind: PortalKind<Inputs, Found, Status>) {
    this.#identity = ["tenantId", ...kind.identity];
    this.#names = [...this.#identity, ...kind.contents, "mode", "endpoint", "managedBy"];
  }

  /** Checks the known inputs and normalizes them, so that another spelling is no difference. */
  check(_olds: Properties, news: Properties): { inputs: Record<string, unknown>; failures: CheckFailure[] } {
    const inputs: Record<string, unknown> = { ...news };
    const failures = [
      ...checkUuid(inputs, "tenantId"),
      ...this.kind.check(inputs),
      ...checkOneOf(inputs, "mode", ["endpoint", "manual"]),
      ...checkEndpoint(inputs.endpoint),
    ];
    return { inputs, failures };
  }

  /** Compares the previous outputs with the new inputs. */
  diff(_id: string, olds: Properties, news: Properties): Difference {
    const difference = differences(olds, news, { compared: this.#names, replaces: this.#identity });
    // A change to `manual` deletes the server's object. As a replacement the preview shows that.
    if (olds.mode === "endpoint" && news.mode === "manual") difference.replaces.push("mode");
    return difference;
  }

  async create(news: Properties, context: CallContext = {}) {
    return this.#visibly("create", async () => {
      const inputs = this.#inputsOf(news);
      const outs = await this.#settle(inputs, (found) => this.kind.markOf(found) === inputs.managedBy, context);
      return { id: `${inputs.tenantId}/${this.kind.idOf(inputs)}`, outs };
    });
  }

  /** Reads the object. An empty ID tells the engine that the object no longer exists. */
  async read(id: string, props: Properties = {}, context: CallContext = {}) {
    return this.#visibly("read", async () => {
      const state = this.#stateOf(props);
      if (state.mode === "manual") return { id, props: state, inputs: this.#inputsOf(props) };
      const run = await portalCalls(this.kind.noun, state, context);
      const found = await run((call) => this.kind.get(call, state));
      if (found === undefined) return { id: "" };
      const current = this.#withFound(state, found);
      return { id, props: current, inputs: this.#inputsOf(current) };
    });
  }

  async update(_id: string, olds: Properties, news: Properties, context: CallContext = {}) {
    return this.#visibly("update", async () => {
      const before = this.#stateOf(olds);
      const inputs = this.#inputsOf(news);
      const isOurs = (found: Found) =>
        this.kind.markOf(found) === inputs.managedBy ||
        (before.mode === "endpoint" && !before.adopted && !this.#isTaken(found, before));
      return { outs: await this.#settle(inputs, isOurs, context) };
    });
  }

  /**
   * Deletes an object that this resource created, unless the object carries another mark by now.
   */
  async delete(_id: string, props: Properties, context: CallContext = {}) {
    return this.#visibly("delete", async () => {
      const state = this.#stateOf(props);
      if (state.mode === "manual" || state.adopted) return;
      const run = await portalCalls(this.kind.noun, state, context);
      const found = await run((call) => this.kind.get(call, state));
      if (found !== undefined && !this.#isTaken(found, state)) await run((call) => this.kind.delete(call, state));
    });
  }

  /**
   * Creates or updates the object as the inputs say, or leaves it to a person; returns the outputs.
   */
  async #settle(inputs: Inputs, isOurs: (found: Found) => boolean, context: CallContext) {
    if (inputs.mode === "manual") return this.#outputs(inputs, "manual", false);
    const run = await portalCalls(this.kind.noun, inputs, context);
    const found = await run((call) => this.kind.get(call, inputs));
    if (found !== undefined) {
      const asWanted = this.#isAsWanted(found, inputs);
      const adopted = !isOurs(found);
      if (adopted && !asWanted) throw new VisibleError(this.kind.conflict(inputs, found));
      if (adopted || (asWanted && this.kind.markOf(found) === inputs.managedBy)) {
        return this.#outputs(inputs, this.kind.status, adopted);
      }
    }
    await run((call) => this.kind.put(call, inputs));
    return this.#outputs(inputs, this.kind.status, false);
  }

  #isAsWanted(found: Found, inputs: Inputs): boolean {
    const contents = this.kind.contentsOf(found);
    return !differences(contents, inputs, { compared: this.kind.contents, replaces: [] }).changes;
  }

  /**
   * Whether an object that this resource created carries another owner's mark by now. Without a
   * mark it is still this resource's object, changed by hand: a person writes no mark.
   */
  #isTaken(found: Found, state: Inputs): boolean {
    const mark = this.kind.markOf(found);
    return mark !== null && mark !== state.managedBy;
  }

  #withFound(state: PortalState<Inputs, Status>, found: Found): PortalState<Inputs, Status> {
    return withoutUndefined({
      ...state,
      ...Object.fromEntries(this.kind.contents.map((name) => [name, undefined])),
      ...this.kind.contentsOf(found),
      status: this.kind.status,
      adopted: state.adopted || this.#isTaken(found, state),
    });
  }

  #inputsOf(props: Properties): Inputs {
    return picked(props, this.#names) as unknown as Inputs;
  }

  #stateOf(props: Properties): PortalState<Inputs, Status> {
    const { status, adopted } = props as unknown as PortalState<Inputs, Status>;
    return this.#outputs(this.#inputsOf(props), status, adopted);
  }

  #outputs(inputs: Inputs, status: Status | "manual", adopted: boolean): PortalState<Inputs, Status> {
    return { ...inputs, status, adopted };
  }

  #visibly<T>(step: string, run: () => Promise<T>): Promise<T> {
    return visible(`The ${this.kind.noun}'s ${step}`, run, (failure) => adviceFor(failure, this.kind.permission));
  }
}

/**
 * Runs calls with the server's address and a token. Each operation reads the credentials anew;
 * nothing stores them.
 */
async function portalCalls(
  noun: string,
  { tenantId, endpoint }: PortalInputs,
  context: CallContext,
): Promise<<Result>(act: (call: PortalCall) => Promise<Result>) => Promise<Result>> {
  const environment = context.environment ?? process.env;
  const address = addressOf(noun, endpoint, environment);
  const endpoints = context.endpoints ?? (await discoverEndpoints(environment, context));
  const audience = clouds[endpoints.cloud].defenderResource;
  const run = await withFreshToken(() => requestToken({ tenantId, audience, environment, endpoints, ...context }));
  const { sleep, signal } = context;
  return (act) => run((token) => act({ endpoint: address, token, sleep, signal }));
}

function addressOf(noun: string, input: string | undefined, environment: Environment): string {
  const endpoint = input ?? environment[endpointVariable];
  if (!endpoint) {
    throw new VisibleError(
      `No server to call for the ${noun}: neither the input "endpoint" (setting defenderEndpoint) nor the environment variable ${endpointVariable} is set.`,
    );
  }
  const fault = endpointFault(endpoint);
  if (fault !== undefined) throw new VisibleError(`The address of the ${noun}'s server can't be used: ${fault}.`);
  return withoutTrailingSlash(endpoint);
}

function adviceFor({ status }: ServiceError, permission: string): string {
  if (status === 403) {
    return `The identity that runs this needs the Defender permission to ${permission} in this tenant.`;
  }
  return status === 0
    ? `Check that the server runs and that its address is right (input "endpoint", or ${endpointVariable}).`
    : "";
}
