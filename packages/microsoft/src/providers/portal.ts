/**
 * The logic that the dynamic resources for portal calls without a public API have in common (SIEM authorization, notification rule):
 * their two modes, the address and the token of their calls, and whose a thing is.
 *
 * Whose a thing is, is decided once, when it is created, and said by `adopted`:
 * - made here: kept as the settings say, restored where somebody changed it by hand, taken away by `destroy`;
 * - adopted (it was there already, made by somebody else): looked at, never changed and never taken away.
 */
import { clouds, withoutTrailingSlash } from "../clouds";
import { discoverEndpoints, type Environment } from "../endpoints";
import { visible, VisibleError, type ServiceError } from "../errors";
import { withFreshToken, type CallContext } from "../graph/call";
import {
  checkEndpoint,
  checkOneOf,
  checkUuid,
  differences,
  endpointFault,
  picked,
  withoutUndefined,
  type CheckFailure,
  type Properties,
} from "./provider";
import { requestToken } from "../entra/token";
import type { PortalCall } from "../defender/portalCall";

/** `endpoint`: real calls to a server. `manual`: a person does it in the portal; nothing is called. */
export type PortalMode = "endpoint" | "manual";

/** The environment variable that names the server where a resource's `endpoint` doesn't. */
export const endpointVariable = "MSSP_DEFENDER_ENDPOINT";

/** What every such resource takes. */
export type PortalInputs = {
  /** The customer's tenant, in which it is made. */
  tenantId: string;
  mode: PortalMode;
  /** Base URL of the server to call; without it, MSSP_DEFENDER_ENDPOINT at the time of the call. */
  endpoint?: string;
  /** What the thing is marked with, so that a second create after a crash recognises its own. */
  managedBy: string;
};

/** What is particular about one kind of thing. */
export interface PortalKind<Inputs extends PortalInputs, Found, Status extends string> {
  /** What errors call it, such as `SIEM authorization`. */
  readonly noun: string;
  /** What it is when a server has said so. */
  readonly status: Status;
  /** Defender's permission that the calls need, as the portal names it. */
  readonly permission: string;
  /** Inputs beyond those that all have. A change of those in `identity` is a replacement. */
  readonly identity: readonly string[];
  readonly contents: readonly string[];
  /** Checks what is known, and may write a value in its one way. */
  check(inputs: Record<string, unknown>): CheckFailure[];
  /** The resource's ID, within the tenant. */
  idOf(inputs: Inputs): string;
  get(call: PortalCall, inputs: Inputs): Promise<Found | undefined>;
  put(call: PortalCall, inputs: Inputs): Promise<Found>;
  delete(call: PortalCall, inputs: Inputs): Promise<void>;
  /** What the server has, in the words of the inputs. */
  contentsOf(found: Found): Partial<Inputs>;
  /** Who made it and looks after it; null where a person did, by hand. */
  markOf(found: Found): string | null;
  /** What to say when somebody else's stands in the way. */
  conflict(inputs: Inputs, found: Found): string;
}

/** The resource's outputs: its inputs, and what was found. */
export type PortalState<Inputs extends PortalInputs, Status extends string> = Inputs & {
  /** Anything but `manual` is only what a server has said. */
  status: Status | "manual";
  /** Somebody else had made it: `destroy` leaves it. */
  adopted: boolean;
};

/**
 * The methods of a Pulumi dynamic provider, with every parameter of Pulumi's: the code in a state passes all of them, so that it never
 * has to change for one that is needed later.
 */
export function portalResource<Inputs extends PortalInputs, Found, Status extends string>(
  kind: PortalKind<Inputs, Found, Status>,
) {
  type State = PortalState<Inputs, Status>;
  const identity = ["tenantId", ...kind.identity];
  const names = [...identity, ...kind.contents, "mode", "endpoint", "managedBy"];

  const inputsOf = (props: Properties) => picked(props, names) as unknown as Inputs;
  const stateOf = (props: Properties): State => {
    const { status, adopted } = props as unknown as State;
    return { ...inputsOf(props), status, adopted };
  };
  const callsOf = (inputs: Inputs, context: CallContext) => portalCalls(kind.noun, inputs, context);
  const isAsWanted = (found: Found, inputs: Inputs) => {
    const there = kind.contentsOf(found);
    return !differences(there, inputs, { compared: kind.contents, replaces: [] }).changes;
  };
  /**
   * Whether what was made here carries somebody else's mark by now. Without any mark it is what was made here, changed by hand:
   * a person's hand writes no mark.
   */
  const isTaken = (found: Found, state: State) => kind.markOf(found) !== null && kind.markOf(found) !== state.managedBy;
  const visibly = <T>(step: string, run: () => Promise<T>) =>
    visible(`The ${kind.noun}'s ${step}`, run, (failure) => adviceFor(failure, kind.permission));

  /** Makes it so, by hand or by call, and says what came of it. */
  async function settle(inputs: Inputs, isOurs: (found: Found) => boolean, context: CallContext): Promise<State> {
    if (inputs.mode === "manual") return { ...inputs, status: "manual", adopted: false };
    const run = await callsOf(inputs, context);
    const found = await run((call) => kind.get(call, inputs));
    if (found !== undefined) {
      const asWanted = isAsWanted(found, inputs);
      const adopted = !isOurs(found);
      if (adopted && !asWanted) throw new VisibleError(kind.conflict(inputs, found));
      if (adopted || (asWanted && kind.markOf(found) === inputs.managedBy)) {
        return { ...inputs, status: kind.status, adopted };
      }
    }
    await run((call) => kind.put(call, inputs));
    return { ...inputs, status: kind.status, adopted: false };
  }

  return {
    /** Checks what is known, and writes it in one way, so that a difference that is none doesn't look like one. */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      const failures = [
        ...checkUuid(inputs, "tenantId"),
        ...kind.check(inputs),
        ...checkOneOf(inputs, "mode", ["endpoint", "manual"]),
        ...checkEndpoint(inputs.endpoint),
      ];
      return { inputs, failures };
    },

    /** Compares the outputs as they were with the inputs as they are to be. */
    diff(_id: string, olds: Properties, news: Properties) {
      const difference = differences(olds, news, { compared: names, replaces: identity });
      // The step from a server to a person takes the thing away on the server: a replacement says so in the preview.
      if (olds.mode === "endpoint" && news.mode === "manual") difference.replaces.push("mode");
      return difference;
    },

    async create(news: Properties, context: CallContext = {}) {
      return visibly("create", async () => {
        const inputs = inputsOf(news);
        const outs = await settle(inputs, (found) => kind.markOf(found) === inputs.managedBy, context);
        return { id: `${inputs.tenantId}/${kind.idOf(inputs)}`, outs };
      });
    },

    /** The thing as it is; the ID is empty where it has gone, which tells the engine so. */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      return visibly("read", async () => {
        const state = stateOf(props);
        if (state.mode === "manual") return { id, props: state, inputs: inputsOf(props) };
        const run = await callsOf(state, context);
        const found = await run((call) => kind.get(call, state));
        if (found === undefined) return { id: "" };
        const there: State = withoutUndefined({
          ...state,
          ...Object.fromEntries(kind.contents.map((name) => [name, undefined])),
          ...kind.contentsOf(found),
          status: kind.status,
          adopted: state.adopted || isTaken(found, state),
        });
        return { id, props: there, inputs: inputsOf(there) };
      });
    },

    async update(_id: string, olds: Properties, news: Properties, context: CallContext = {}) {
      return visibly("update", async () => {
        const before = stateOf(olds);
        const inputs = inputsOf(news);
        const isOurs = (found: Found) =>
          kind.markOf(found) === inputs.managedBy ||
          (before.mode === "endpoint" && !before.adopted && !isTaken(found, before));
        return { outs: await settle(inputs, isOurs, context) };
      });
    },

    /** Takes away what was made here, and only if nobody else has taken it over since. */
    async delete(_id: string, props: Properties, context: CallContext = {}) {
      return visibly("delete", async () => {
        const state = stateOf(props);
        if (state.mode === "manual" || state.adopted) return;
        const run = await callsOf(state, context);
        const found = await run((call) => kind.get(call, state));
        if (found !== undefined && !isTaken(found, state)) await run((call) => kind.delete(call, state));
      });
    },
  };
}

/** Runs calls with the server's address and a token. Credentials are read here, for each operation, and kept nowhere. */
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
  if (status === 403) return `The identity that runs this needs Defender's permission to ${permission} in this tenant.`;
  return status === 0 ? `Is the server up, and the address right (endpoint, or ${endpointVariable})?` : "";
}
