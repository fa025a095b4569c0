/**
 * What the dynamic resource `ConnectedOrganization` does. The resource's state holds nothing but a
 * call of this module.
 *
 * An identity source belongs to one connected organization of a tenant at most, so what is there
 * already is used. Whose it is, is decided once, when the resource is created, and said by
 * `adopted`:
 * - made here (its description ends with this resource's mark): kept as the settings say, taken
 *   away by `destroy`;
 * - adopted (made by somebody else): looked at, never changed and never taken away.
 */
import { ServiceError, VisibleError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { createOnce } from "../graph/createOnce";
import { goneAdvice } from "../graph/gone";
import { checkText, checkUuid, differences, unknown, type CheckFailure, type Properties } from "./provider";
import { replicated } from "./replicated";
import { untilSeen, waits } from "../waits";
import { isUuid } from "../uuid";
import {
  createConnectedOrganization,
  deleteConnectedOrganization,
  getConnectedOrganization,
  listConnectedOrganizations,
  policiesOfConnectedOrganization,
  updateConnectedOrganization,
  type ConnectedOrganizationDescription,
  type FoundConnectedOrganization,
  type IdentitySource,
} from "../graph/connectedOrganization";

/** What an organization is known by. */
export type ConnectedOrganizationSource = { tenantId: string } | { domainName: string };

export type ConnectedOrganizationInputs = {
  /** The customer's tenant, in which the organization is connected. */
  tenantId: string;
  displayName: string;
  /** Without the mark that is written behind it. */
  description: string;
  identitySource: ConnectedOrganizationSource;
  /**
   * What the organization is marked with, so that a second create after a crash recognises its own.
   */
  managedBy: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type ConnectedOrganizationState = ConnectedOrganizationInputs & {
  /** `configured` or `proposed`. */
  state: string;
  /** Somebody else had made it: `destroy` leaves it. */
  adopted: boolean;
};

/**
 * The methods of a Pulumi dynamic provider, with every parameter of Pulumi's: see `provider.ts`.
 */
export const connectedOrganizationResource = replicated(
  {
    /**
     * Checks what is known, and writes tenant IDs and domain names in lower case, so that a
     * difference in case is none.
     */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      const failures = [
        ...checkUuid(inputs, "tenantId"),
        ...checkText(inputs, "displayName"),
        ...checkText(inputs, "description"),
        ...checkSource(inputs),
      ];
      return { inputs, failures };
    },

    /**
     * Another identity source is another organization: made first, so that policies can turn to it
     * before the old one goes.
     */
    diff(_id: string, olds: Properties, news: Properties) {
      const { changes, replaces } = differences(olds, news, {
        compared: ["tenantId", "displayName", "description", "identitySource", "managedBy"],
        replaces: ["tenantId", "identitySource"],
      });
      const isUnconfigured = olds.adopted === false && olds.state !== configured;
      return { changes: changes || isUnconfigured, replaces, deleteBeforeReplace: false };
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const find = async () =>
        (await listConnectedOrganizations(call)).find((one) => hasSource(one, inputs.identitySource));
      const post = () => createConnectedOrganization(call, descriptionOf(inputs), sourceOf(inputs));
      const existing = (await find()) ?? (await createOnce(waits.connectedOrganization, { post, find }, context)).made;
      const isOurs = markOf(existing) === inputs.managedBy;
      const { id } = existing;
      if (!isOurs) return { id, outs: { ...inputs, state: existing.state, adopted: true } };
      return { id, outs: await restore(call, existing, inputs) };
    },

    /** The organization as it is; the ID is empty where it has gone, which tells the engine so. */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const before = stateOf(props);
      const current = await getConnectedOrganization(await graphCall(before.tenantId, context), id);
      if (current === undefined) return { id: "" };
      const found = { ...before, ...(before.adopted ? {} : written(current)), state: current.state };
      return { id, props: found, inputs: inputsOf({ ...found }) };
    },

    async update(id: string, olds: Properties, news: Properties, context: CallContext = {}) {
      const { adopted, state } = stateOf(olds);
      const inputs = inputsOf(news);
      if (adopted) return { outs: { ...inputs, state, adopted } };
      await updateConnectedOrganization(await graphCall(inputs.tenantId, context), id, descriptionOf(inputs));
      return { outs: { ...inputs, state: configured, adopted } };
    },

    /** Takes away what was made here, and only if no other program has taken it over since. */
    async delete(id: string, props: Properties, context: CallContext = {}) {
      const { tenantId, managedBy, adopted } = stateOf(props);
      if (adopted) return;
      const call = await graphCall(tenantId, context);
      const current = await untilSeen(waits.missing, () => getConnectedOrganization(call, id), context);
      // A person's hand writes no mark: without one it is what was made here.
      if (current === undefined || (markOf(current) ?? managedBy) !== managedBy) return;
      await deleteUnused(call, current);
    },
  },
  { what: (step) => `The connected organization's ${step}`, advice },
);

const configured = "configured";

function checkSource(inputs: Record<string, unknown>): CheckFailure[] {
  const source = inputs.identitySource;
  if (source === unknown) return [];
  const failure = (reason: string): CheckFailure[] => [{ property: "identitySource", reason }];
  const { tenantId, domainName, ...others } = (typeof source === "object" ? (source ?? {}) : {}) as Properties;
  const isOne = (tenantId === undefined) !== (domainName === undefined);
  if (!isOne || Object.keys(others).length > 0) return failure("it must have either tenantId or domainName");
  const value = tenantId ?? domainName;
  if (value === unknown) return [];
  const text = typeof value === "string" ? value.toLowerCase() : "";
  if (tenantId !== undefined) {
    if (!isUuid(text)) return failure(`tenantId "${String(value)}" is not a UUID`);
    inputs.identitySource = { tenantId: text };
  } else {
    if (!/^[^\s.@/]+(\.[^\s.@/]+)+$/.test(text)) return failure(`domainName "${String(value)}" is not a domain name`);
    inputs.identitySource = { domainName: text };
  }
  return [];
}

function inputsOf(props: Properties): ConnectedOrganizationInputs {
  const { tenantId, displayName, description, identitySource, managedBy } =
    props as unknown as ConnectedOrganizationInputs;
  return { tenantId, displayName, description, identitySource, managedBy };
}

function stateOf(props: Properties): ConnectedOrganizationState {
  const { state, adopted } = props as unknown as ConnectedOrganizationState;
  return { ...inputsOf(props), state, adopted };
}

/**
 * Graph has the tenant form in the documentation of the type, and no example that creates one; its
 * own example is a domain's (connectedorganization-post). Both are sent as documented.
 */
function sourceOf({ identitySource, displayName }: ConnectedOrganizationInputs): IdentitySource {
  return "tenantId" in identitySource
    ? { "@odata.type": "#microsoft.graph.azureActiveDirectoryTenant", displayName, tenantId: identitySource.tenantId }
    : { "@odata.type": "#microsoft.graph.domainIdentitySource", displayName, domainName: identitySource.domainName };
}

function hasSource({ identitySources }: FoundConnectedOrganization, wanted: ConnectedOrganizationSource): boolean {
  return identitySources.some(({ tenantId, domainName }) =>
    "tenantId" in wanted
      ? tenantId?.toLowerCase() === wanted.tenantId
      : domainName?.toLowerCase() === wanted.domainName,
  );
}

/** What the service is told: the mark stands where the customer's administrator can read it. */
function descriptionOf({
  displayName,
  description,
  managedBy,
}: ConnectedOrganizationInputs): ConnectedOrganizationDescription {
  return { displayName, description: `${description} Managed by Pulumi (${managedBy}).`, state: configured };
}

const mark = / Managed by Pulumi \(([^()]+)\)\.$/;

/** Whose the organization says that it is; undefined where it doesn't. */
function markOf({ description }: FoundConnectedOrganization): string | undefined {
  return mark.exec(description)?.[1];
}

/** What is compared with the settings. */
function written({ displayName, description }: FoundConnectedOrganization): {
  displayName: string;
  description: string;
} {
  return { displayName, description: description.replace(mark, "") };
}

/** Makes what is ours as the settings say. */
async function restore(
  call: GraphCall,
  current: FoundConnectedOrganization,
  inputs: ConnectedOrganizationInputs,
): Promise<ConnectedOrganizationState> {
  const { displayName, description } = written(current);
  const isRight =
    displayName === inputs.displayName && description === inputs.description && current.state === configured;
  if (!isRight) await updateConnectedOrganization(call, current.id, descriptionOf(inputs));
  return { ...inputs, state: configured, adopted: false };
}

async function deleteUnused(call: GraphCall, { id, displayName }: FoundConnectedOrganization): Promise<void> {
  try {
    await deleteConnectedOrganization(call, id);
  } catch (failure) {
    const isRefused = failure instanceof ServiceError && [400, 409].includes(failure.status);
    const policies = isRefused ? await policiesOfConnectedOrganization(call, id) : [];
    if (policies.length === 0) throw failure;
    const names = policies.map((name) => `"${name}"`).join(", ");
    throw new VisibleError(
      `The connected organization "${displayName}" (${id}) is still used by the assignment ${policies.length === 1 ? "policy" : "policies"} ${names}. ` +
        "Delete them, or take the organization out of their requestors " +
        "(Entra admin center > Identity Governance > Access packages > the package > Policies), and run this again.",
    );
  }
}

function advice(failure: ServiceError): string {
  if (failure.status !== 403) return goneAdvice(failure);
  return "The identity that runs this needs the application permission EntitlementManagement.ReadWrite.All on Microsoft Graph in this tenant.";
}
