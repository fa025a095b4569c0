/**
 * What the connector's profile needs of the customer's tenant: APIs that publish its application
 * roles. And whether the profile has ended.
 */
import { unread } from "@defender-mssp/errors/notChecked";
import {
  connectorRoles,
  dateOf,
  findServicePrincipal,
  graphCall,
  writesHaveEnded,
  type CallContext,
  type ServicePrincipal,
} from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import { isGrantedByAdministrator } from "../../../domain/prerequisiteSettings";
import type { Settings } from "../../../settings";
import type { Feature } from "./report";

/** Empty for a connector that only reads alerts. */
export async function connectorFeatures(
  { tenantId, connector }: Pick<Settings, "tenantId" | "connector">,
  now: Date,
  context: CallContext,
): Promise<Feature[]> {
  if ((connector.profile ?? "read") === "read" && connector.incidents !== true) return [];
  const today = dateOf(now);
  const published = await publishedRoles({ tenantId, connector }, today, context);
  return writesHaveEnded(connector, today) ? [published, ended(connector)] : [published];
}

function ended(connector: Settings["connector"]): Feature {
  const { profile = "read", writesEndOn = "" } = connector;
  const who = isGrantedByAdministrator({ connector }) ? "an administrator of the customer" : "the next npx pulumi up";
  return {
    feature: "connectorProfile",
    state: "passed",
    reason: `${profile} ended on ${writesEndOn}: ${who} removes the roles that allow changes`,
  };
}

async function publishedRoles(
  { tenantId, connector }: Pick<Settings, "tenantId" | "connector">,
  today: string,
  context: CallContext,
): Promise<Feature> {
  const feature = "connectorRoles";
  const roles = connectorRoles(connector, today);
  try {
    const call = await graphCall(tenantId, context);
    const missing = await Promise.all(
      [...new Set(roles.map(({ api }) => api))].map(async (api) => {
        const { appRoles = [] } = (await findServicePrincipal<Partial<ServicePrincipal>>(call, api.appId)) ?? {};
        const values = appRoles.map(({ value }) => value);
        return roles
          .filter((role) => role.api === api && !values.includes(role.value))
          .map(({ value }) => `${api.displayName} ${value}`);
      }),
    );
    const names = missing.flat();
    if (names.length === 0) return { feature, state: "passed" };
    const reason = `The tenant does not publish ${names.join(", ")}: choose a smaller connector.profile or fewer connector.actions, or check the licence.`;
    return { feature, state: "failed", reason };
  } catch (error) {
    if (!isCallError(error)) throw error;
    return { feature, ...unread("not checked: requires Application.Read.All") };
  }
}
