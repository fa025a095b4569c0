/**
 * What the dynamic resource `DefenderSiemAuthorization` does. The resource's state holds nothing but a call of this module, so `up`,
 * `refresh` and `destroy` always run today's code, and none of it is ever written to a state.
 *
 * Whose an authorization is, is decided once, when it is created, and said by `adopted`:
 * - made here: kept as the settings say, restored where somebody changed it by hand, taken away by `destroy`;
 * - adopted (it was there already, made by somebody else): looked at, never changed and never taken away.
 */
import { clouds, type CloudName } from "../clouds.js";
import { discoverEndpoints, type Environment } from "../endpoints.js";
import type { ServiceError } from "../http.js";
import {
  checkEndpoint,
  checkOneOf,
  checkUuid,
  differences,
  endpointFault,
  Refusal,
  visible,
  withoutUndefined,
  type CallContext,
  type Properties,
} from "../resource.js";
import { requestToken } from "../token.js";
import {
  deleteSiemAuthorization,
  getSiemAuthorization,
  putSiemAuthorization,
  type SiemAuthorization,
  type SiemAuthorizationCall,
} from "./siemAuthorization.js";

/** `endpoint`: real calls to a server. `manual`: a person does it in the portal; nothing is called. */
export type SiemAuthorizationMode = "endpoint" | "manual";

export type SiemAuthorizationInputs = {
  /** The customer's tenant, in which the application is authorized. */
  tenantId: string;
  /** Application (client) ID. */
  applicationId: string;
  msspTenantId: string;
  mode: SiemAuthorizationMode;
  /** Base URL of the server to call; without it, MSSP_DEFENDER_ENDPOINT at the time of the call. */
  endpoint?: string;
  /** What the authorization is marked with, so that a second create after a crash recognises its own. */
  managedBy: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type SiemAuthorizationState = SiemAuthorizationInputs & {
  /** `authorized` is only what a server has said. */
  status: "authorized" | "manual";
  /** Somebody else had made it: `destroy` leaves it. */
  adopted: boolean;
};

/** The environment variable that names the server where the resource's `endpoint` doesn't. */
export const endpointVariable = "MSSP_DEFENDER_ENDPOINT";

/**
 * The methods of a Pulumi dynamic provider, with every parameter of Pulumi's: the code in a state passes all of them, so that it never
 * has to change for one that is needed later.
 */
export const siemAuthorizationResource = {
  /** Checks what is known, and writes UUIDs in lower case, so that a difference in case is none. */
  check(_olds: Properties, news: Properties) {
    const inputs: Record<string, unknown> = { ...news };
    const failures = [
      ...["tenantId", "applicationId", "msspTenantId"].flatMap((name) => checkUuid(inputs, name)),
      ...checkOneOf(inputs, "mode", ["endpoint", "manual"]),
      ...checkEndpoint(inputs.endpoint),
    ];
    return { inputs, failures };
  },

  /** Compares the outputs as they were with the inputs as they are to be. */
  diff(_id: string, olds: Properties, news: Properties) {
    const { changes, replaces, deleteBeforeReplace } = differences(olds, news, {
      compared: ["tenantId", "applicationId", "msspTenantId", "mode", "endpoint", "managedBy"],
      replaces: ["tenantId", "applicationId"],
    });
    // The step from a server to a person takes the authorization away on the server: a replacement says so in the preview.
    if (olds.mode === "endpoint" && news.mode === "manual") replaces.push("mode");
    return { changes, replaces, deleteBeforeReplace };
  },

  async create(news: Properties, context: CallContext = {}) {
    return visibly("create", async () => {
      const inputs = inputsOf(news);
      const outs = await authorize(inputs, ({ managedBy }) => managedBy === inputs.managedBy, context);
      return { id: idOf(inputs), outs };
    });
  },

  /** The authorization as it is; the ID is empty where it has gone, which tells the engine so. */
  async read(id: string, props: Properties = {}, context: CallContext = {}) {
    return visibly("read", async () => {
      const state = stateOf(props);
      if (state.mode === "manual") return { id, props: state, inputs: inputsOf(props) };
      const current = await getSiemAuthorization(await callOf(state, context));
      if (current === undefined) return { id: "" };
      const found: SiemAuthorizationState = {
        ...state,
        msspTenantId: current.msspTenantId.toLowerCase(),
        status: current.status,
        adopted: state.adopted || isTaken(current, state),
      };
      return { id, props: found, inputs: inputsOf({ ...found }) };
    });
  },

  async update(_id: string, olds: Properties, news: Properties, context: CallContext = {}) {
    return visibly("update", async () => {
      const before = stateOf(olds);
      const inputs = inputsOf(news);
      const isOurs = (current: SiemAuthorization) =>
        current.managedBy === inputs.managedBy ||
        (before.mode === "endpoint" && !before.adopted && !isTaken(current, before));
      return { outs: await authorize(inputs, isOurs, context) };
    });
  },

  /** Takes away what was made here, and only if nobody else has taken it over since. */
  async delete(_id: string, props: Properties, context: CallContext = {}) {
    return visibly("delete", async () => {
      const state = stateOf(props);
      if (state.mode === "manual" || state.adopted) return;
      const call = await callOf(state, context);
      const current = await getSiemAuthorization(call);
      if (current !== undefined && !isTaken(current, state)) await deleteSiemAuthorization(call);
    });
  },
};

/**
 * What a person does in the portal where no server does it: one line a step. Follows Microsoft's "Configure managed security
 * service provider integration" (2018-09-03), step 3; the page is gone from portals that no longer have the SIEM API.
 */
export function manualSiemAuthorizationSteps(
  of: Pick<SiemAuthorizationInputs, "tenantId" | "applicationId" | "msspTenantId">,
  cloud: CloudName = "public",
): string[] {
  return [
    `Sign in to ${clouds[cloud].legacyPortal}?tid=${of.tenantId} with the permission "Manage portal system settings", or ask the customer to.`,
    "Open Settings > SIEM and select the MSSP tab.",
    `Enter the application ID ${of.applicationId} and the tenant ID ${of.msspTenantId}.`,
    'Select "Authorize application".',
  ];
}

function idOf({ tenantId, applicationId }: SiemAuthorizationInputs): string {
  return `${tenantId}/${applicationId}`;
}

function inputsOf(props: Properties): SiemAuthorizationInputs {
  const { tenantId, applicationId, msspTenantId, mode, endpoint, managedBy } =
    props as unknown as SiemAuthorizationInputs;
  return withoutUndefined({ tenantId, applicationId, msspTenantId, mode, endpoint, managedBy });
}

function stateOf(props: Properties): SiemAuthorizationState {
  const { status, adopted } = props as unknown as SiemAuthorizationState;
  return { ...inputsOf(props), status, adopted };
}

/**
 * Whether what was made here carries somebody else's mark by now. Without any mark it is what was made here, changed by hand:
 * a person's hand writes no mark.
 */
function isTaken(current: SiemAuthorization, state: SiemAuthorizationState): boolean {
  return current.managedBy !== null && current.managedBy !== state.managedBy;
}

/** Makes it so, by hand or by call, and says what came of it. */
async function authorize(
  inputs: SiemAuthorizationInputs,
  isOurs: (current: SiemAuthorization) => boolean,
  context: CallContext,
): Promise<SiemAuthorizationState> {
  if (inputs.mode === "manual") return { ...inputs, status: "manual", adopted: false };
  const call = await callOf(inputs, context);
  const current = await getSiemAuthorization(call);
  if (current !== undefined) {
    const asWanted = current.msspTenantId.toLowerCase() === inputs.msspTenantId;
    const adopted = !isOurs(current);
    if (adopted && !asWanted) throw new Refusal(conflict(inputs, current));
    if (adopted || (asWanted && current.managedBy === inputs.managedBy)) {
      return { ...inputs, status: current.status, adopted };
    }
  }
  const { status } = await putSiemAuthorization(call, inputs);
  return { ...inputs, status, adopted: false };
}

function conflict(inputs: SiemAuthorizationInputs, current: SiemAuthorization): string {
  return (
    `Application ${inputs.applicationId} is already authorized for the MSSP tenant ${current.msspTenantId} in tenant ${inputs.tenantId}, ` +
    `made by ${current.managedBy ?? "somebody by hand"}; this stack wants ${inputs.msspTenantId} and doesn't change what isn't its own. ` +
    `Take that authorization away there, or set msspTenantId to ${current.msspTenantId}.`
  );
}

/** A call's address and token. Credentials are read here, at each call, and kept nowhere. */
async function callOf(inputs: SiemAuthorizationInputs, context: CallContext): Promise<SiemAuthorizationCall> {
  const environment = context.environment ?? process.env;
  const endpoint = endpointOf(inputs, environment);
  const endpoints = context.endpoints ?? (await discoverEndpoints(environment, context));
  const audience = clouds[endpoints.cloud].defenderResource;
  const { accessToken } = await requestToken({
    tenantId: inputs.tenantId,
    audience,
    environment,
    endpoints,
    ...context,
  });
  return {
    endpoint,
    applicationId: inputs.applicationId,
    token: accessToken,
    sleep: context.sleep,
    signal: context.signal,
  };
}

function endpointOf(inputs: SiemAuthorizationInputs, environment: Environment): string {
  const endpoint = inputs.endpoint ?? environment[endpointVariable];
  if (!endpoint) {
    throw new Refusal(
      `No server to call for the SIEM authorization: neither the input "endpoint" (setting defenderEndpoint) nor the environment variable ${endpointVariable} is set.`,
    );
  }
  const fault = endpointFault(endpoint);
  if (fault !== undefined) throw new Refusal(`The address of the SIEM authorization's server can't be used: ${fault}.`);
  return endpoint.replace(/\/+$/, "");
}

const visibly = <T>(step: string, run: () => Promise<T>) => visible(`The SIEM authorization's ${step}`, run, advice);

function advice({ status }: ServiceError): string {
  if (status === 403)
    return "The identity that runs this needs Defender's permission to manage portal system settings in this tenant.";
  return status === 0 ? `Is the server up, and the address right (endpoint, or ${endpointVariable})?` : "";
}
