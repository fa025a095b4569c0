/** The customer's subscriptions, for the kinds that look at role assignments and Lighthouse delegations. */
import { EnvironmentError, isCallError } from "@defender-mssp/errors";
import {
  armCall,
  armList,
  azureApiVersion,
  azureScope,
  delegationsPath,
  listAzureAssignments,
  listAzureEligibilities,
  listVisibleAssignments,
  subscriptionsPath,
  type AzureRoleAssignment,
  type Endpoints,
  type Environment,
  type ResourceManagerCall,
} from "@defender-mssp/microsoft";
import { unreadReason } from "./unread";

/** An assignment of a Lighthouse delegation, with the definition that it assigns. */
export interface RegistrationAssignment {
  readonly id: string;
  readonly properties: {
    readonly registrationDefinition?: {
      readonly properties?: {
        readonly managedByTenantId?: string;
        readonly authorizations?: readonly { readonly roleDefinitionId?: string }[] | null;
        readonly eligibleAuthorizations?: readonly { readonly roleDefinitionId?: string }[] | null;
      };
    };
  };
}

/** "Not looked" is never "none": where no subscription can be read, each list throws. */
export interface CustomerAzure {
  /** @throws ServiceError, EnvironmentError */
  readonly assignments: () => Promise<readonly AzureRoleAssignment[]>;
  /** Roles that a principal may activate. @throws ServiceError, EnvironmentError */
  readonly eligibilities: () => Promise<readonly AzureRoleAssignment[]>;
  /** @throws ServiceError, EnvironmentError */
  readonly delegations: () => Promise<readonly RegistrationAssignment[]>;
  /** Why a list lacks a subscription that the identity sees, once it was read: a sentence each. */
  readonly unread: () => readonly string[];
}

/** The tenant, and the subscriptions that the settings name. */
export interface NamedSubscriptions {
  readonly tenantId: string;
  readonly sentinelAccess?: Parameters<typeof listVisibleAssignments>[1] | undefined;
  readonly azureDelegation?: { readonly subscriptionId: string } | undefined;
}

interface AzureContext {
  readonly environment: Environment;
  readonly endpoints: Endpoints;
}

interface Subscriptions {
  readonly call: ResourceManagerCall;
  readonly ids: readonly string[];
}

/** Signs in to Azure with the first list, and reads each list once. */
export function customerAzure(settings: NamedSubscriptions, context: AzureContext): CustomerAzure {
  const unread = new Set<string>();
  const { sentinelAccess } = settings;
  const subscriptions = once(() => visibleSubscriptions(settings, context));
  const visible = (list: typeof listAzureAssignments) => (call: ResourceManagerCall, subscriptionId: string) =>
    sentinelAccess?.subscriptionId.toLowerCase() === subscriptionId
      ? listVisibleAssignments(call, sentinelAccess, list)
      : list(call, azureScope({ subscriptionId }));
  const assignments = once(() => inEach(subscriptions, "role assignments", unread, visible(listAzureAssignments)));
  const eligibilities = once(() => inEach(subscriptions, "eligible roles", unread, visible(listAzureEligibilities)));
  const delegations = once(() =>
    inEach(subscriptions, "delegations", unread, (call, subscriptionId) => {
      const path = delegationsPath(azureScope({ subscriptionId }));
      const query = `$expandRegistrationDefinition=true&api-version=${azureApiVersion(path)}`;
      return armList<RegistrationAssignment>(call, `${path}?${query}`);
    }),
  );
  return { assignments, eligibilities, delegations, unread: () => [...unread] };
}

/** For a tenant in which nobody signs in to Azure. */
export function withoutAzure(reason: string): CustomerAzure {
  const refuse = () => Promise.reject(new EnvironmentError(reason));
  return { assignments: refuse, eligibilities: refuse, delegations: refuse, unread: () => [] };
}

/** Those that Azure lists for the identity, and those of the settings, in lower case. */
async function visibleSubscriptions(
  { tenantId, azureDelegation, sentinelAccess }: NamedSubscriptions,
  context: AzureContext,
): Promise<Subscriptions> {
  const call = await armCall(tenantId, context);
  const listed = await armList<{ readonly subscriptionId: string }>(call, subscriptionsPath);
  const named = [...listed, azureDelegation, sentinelAccess].flatMap(
    (subscription) => subscription?.subscriptionId.toLowerCase() ?? [],
  );
  const ids = [...new Set(named)];
  if (ids.length === 0) throw new EnvironmentError("the MSSP's automation sees no subscription of this tenant");
  return { call, ids };
}

/** The items of every subscription that can be read. @throws the first error where none can */
async function inEach<Item>(
  subscriptions: () => Promise<Subscriptions>,
  what: string,
  unread: Set<string>,
  list: (call: ResourceManagerCall, subscriptionId: string) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const { call, ids } = await subscriptions();
  const items: Item[] = [];
  const failures: Error[] = [];
  for (const id of ids) {
    try {
      items.push(...(await list(call, id)));
    } catch (error) {
      if (!isCallError(error)) throw error;
      failures.push(error);
      unread.add(`The ${what} of subscription ${id}: ${unreadReason(error, "Reader")}`);
    }
  }
  if (failures[0] !== undefined && failures.length === ids.length) throw failures[0];
  return items;
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  return () => (answer ??= read());
}
