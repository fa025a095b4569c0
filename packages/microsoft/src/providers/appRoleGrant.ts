/**
 * What the dynamic resource `AppRoleGrant` does: one application permission for a service principal
 * in the customer's tenant, which is the second half of what a click on the admin consent URL
 * makes. The role is looked up by name on the tenant's own service principal of the API: in some
 * clouds it has another ID.
 *
 * azuread's own resource fails where the permission is granted already. Here that one is adopted,
 * and left by `destroy`; unless the service principal is ours, for then nobody else has granted it
 * anything and what is there is an earlier create's. A grant has no place for a mark: where its
 * answer was lost, the state keeps that it is ours, without its ID.
 */
import { ServiceError, VisibleError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { createOnce } from "../graph/createOnce";
import { deleteSeen, goneStatuses, isGone } from "../graph/gone";
import {
  appRoleAssignedToPath,
  findServicePrincipal,
  listAppRoleAssignments,
  type AppRoleAssignment,
  type ServicePrincipal,
} from "../graph/servicePrincipal";
import { checkText, checkUuid, differences, unknown, type CheckFailure, type Properties } from "./provider";
import { landing, replicated } from "./replicated";
import { untilSeen, waits } from "../waits";

export type AppRoleGrantInputs = {
  /** The customer's tenant. */
  tenantId: string;
  /** Object ID of the service principal that gets the permission. */
  principalObjectId: string;
  /** Whether that service principal was there before this stack. */
  principalAdopted: boolean;
  /** Application (client) ID of the API, such as Microsoft Graph's. */
  apiApplicationId: string;
  /** The permission's name, such as `SecurityAlert.Read.All`. */
  appRole: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type AppRoleGrantState = AppRoleGrantInputs & {
  /** Object ID of the API's service principal in the tenant. */
  resourceObjectId: string;
  appRoleId: string;
  /** It was granted already: `destroy` leaves it. */
  adopted: boolean;
};

const compared = ["tenantId", "principalObjectId", "apiApplicationId", "appRole"];

/** The resource's ID while that of the grant is unknown: a refresh looks for it, an update replaces it. */
const unknownId = "unknown";

export const appRoleGrantResource = replicated(
  {
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      const failures: CheckFailure[] = [
        ...["tenantId", "principalObjectId", "apiApplicationId"].flatMap((name) => checkUuid(inputs, name)),
        ...checkText(inputs, "appRole"),
      ];
      if (inputs.principalAdopted !== unknown && typeof inputs.principalAdopted !== "boolean")
        failures.push({ property: "principalAdopted", reason: "it must be true or false" });
      return { inputs, failures };
    },

    diff(id: string, olds: Properties, news: Properties) {
      const difference = differences(olds, news, { compared, replaces: compared });
      return id === unknownId ? { ...difference, changes: true, replaces: ["appRole"] } : difference;
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const role = await findRole(call, inputs);
      const found = await findGrant(call, inputs, role, context);
      const { made: id, wasThere } =
        found === undefined ? await grant(call, inputs, role, context) : { made: found, wasThere: true };
      const outs: AppRoleGrantState = { ...inputs, ...role, adopted: wasThere && inputs.principalAdopted };
      return { id, outs };
    },

    /** The grant as it is; the ID is empty where it has gone, which tells the engine so. */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const state = stateOf(props);
      const call = await graphCall(state.tenantId, context);
      const known = await knownId(call, id, state, context);
      const isThere = known !== undefined && !isGone(await call(pathOf(state, known), { accept: goneStatuses }));
      return isThere ? { id: known, props: state, inputs: inputsOf(props) } : { id: "" };
    },

    /** Every difference is a replacement. */
    update(_id: string, olds: Properties, news: Properties) {
      return Promise.resolve({ outs: { ...stateOf(olds), ...inputsOf(news) } });
    },

    /** Takes away what was granted here. */
    async delete(id: string, props: Properties, context: CallContext = {}) {
      const state = stateOf(props);
      if (state.adopted) return;
      const call = await graphCall(state.tenantId, context);
      const known = await knownId(call, id, state, context);
      if (known !== undefined) await deleteSeen(call, pathOf(state, known), context);
    },
  },
  {
    what: (step) => `The ${step} of the application permission`,
    advice: ({ status }) =>
      status === 403 ? "The identity that runs this needs AppRoleAssignment.ReadWrite.All to grant it." : "",
  },
);

async function knownId(
  call: GraphCall,
  id: string,
  state: AppRoleGrantState,
  context: CallContext,
): Promise<string | undefined> {
  return id === unknownId ? findGrant(call, state, state, context) : id;
}

type Role = Pick<AppRoleGrantState, "resourceObjectId" | "appRoleId">;

type ApiPrincipal = Pick<ServicePrincipal, "id"> & Partial<Pick<ServicePrincipal, "displayName" | "appRoles">>;

async function findRole(call: GraphCall, { apiApplicationId, appRole }: AppRoleGrantInputs): Promise<Role> {
  const api = await findServicePrincipal<ApiPrincipal>(call, apiApplicationId);
  if (api === undefined) throw new VisibleError(`The tenant has no service principal of the API ${apiApplicationId}.`);
  const { id, displayName, appRoles } = api;
  const role = appRoles?.find(
    ({ value, allowedMemberTypes }) => value === appRole && allowedMemberTypes.includes("Application"),
  );
  if (role === undefined) {
    throw new VisibleError(
      `${displayName ?? apiApplicationId} has no application permission ${appRole} in this tenant.`,
    );
  }
  return { resourceObjectId: id, appRoleId: role.id };
}

/** The ID of the grant, if there is one. Waits while the service does not know the new service principal. */
async function findGrant(
  call: GraphCall,
  { principalObjectId }: AppRoleGrantInputs,
  { resourceObjectId, appRoleId }: Role,
  context: CallContext,
): Promise<string | undefined> {
  const list = () => listAppRoleAssignments(call, principalObjectId);
  // The last look throws what `list` threw, so that undefined never comes out.
  const grants = (await untilSeen(waits.appRole, list, { ...context, isUnknown })) as AppRoleAssignment[];
  return grants.find((one) => one.resourceId === resourceObjectId && one.appRoleId === appRoleId)?.id;
}

async function grant(call: GraphCall, inputs: AppRoleGrantInputs, role: Role, context: CallContext) {
  const json = { principalId: inputs.principalObjectId, resourceId: role.resourceObjectId, appRoleId: role.appRoleId };
  const post = async () => {
    const { body } = await call(appRoleAssignedToPath(role.resourceObjectId), {
      method: "POST",
      json,
      idempotent: false,
    });
    return (body as { id: string }).id;
  };
  const find = () => findGrant(call, inputs, role, context);
  const outs: AppRoleGrantState = { ...inputs, ...role, adopted: false };
  const once = { post: () => landing(context, { id: unknownId, outs }, post), find };
  return createOnce(waits.appRole, once, { ...context, isUnknown });
}

function isUnknown({ status, message }: ServiceError): boolean {
  return status === 404 || (status === 400 && /Not a valid reference update/.test(message));
}

function pathOf({ resourceObjectId }: AppRoleGrantState, id: string): string {
  return `${appRoleAssignedToPath(resourceObjectId)}/${encodeURIComponent(id)}`;
}

function inputsOf(props: Properties): AppRoleGrantInputs {
  const { tenantId, principalObjectId, principalAdopted, apiApplicationId, appRole } =
    props as unknown as AppRoleGrantInputs;
  return { tenantId, principalObjectId, principalAdopted, apiApplicationId, appRole };
}

function stateOf(props: Properties): AppRoleGrantState {
  const { resourceObjectId, appRoleId, adopted } = props as unknown as AppRoleGrantState;
  return { ...inputsOf(props), resourceObjectId, appRoleId, adopted };
}
