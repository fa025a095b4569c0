/** The governance relationship of a stack's two tenants, read as the automation. */
import { clockFrom, grantSentences, graphCall, request, type GraphCall } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { Addition } from "../../stack/additionsPart";
import { endStep, lookAtGovernance, relationshipText, type GovernanceLook } from "../../access/governance/look";
import { stackGovernanceState } from "../../access/governance/state";
import { failed, notChecked, passed, type Check } from "@defender-mssp/siem/verify/check";
import type { VerifyContext } from "@defender-mssp/siem/verify/context";
import { asAutomation, automationToken } from "../../access/connector/automation";
import { rereads } from "../../tenant/rereads";
import { gdapExclusion } from "./gdapExclusion";

/**
 * Whether the relationship is active and grants what the settings say. With another model: whether
 * there is one, which is a way in that the settings do not ask for.
 */
export async function governanceRelationship(
  context: VerifyContext,
  settings: Settings,
  environment: NodeJS.ProcessEnv,
): Promise<Check[]> {
  const { stack } = context.connector;
  if (settings.portalAccess.model !== "governance") {
    const signIn = async () => ({ settings, call: await callOf(context) });
    return [unaskedRelationship(stack, settings, await lookAtGovernance(signIn, rereads(environment)))];
  }
  const check = await asAutomation(name, async () => {
    const call = await callOf(context);
    const { state, found, next, differences } = await stackGovernanceState(
      stack,
      settings,
      call,
      clockFrom(environment)(),
      rereads(environment),
    );
    if (state === "active") return passed(name, `${found}, and grants what the settings say`);
    return failed(name, [found, ...differences, next].join("; "));
  });
  const { endpoints } = context;
  const { msspTenantId } = settings;
  const owner = { ...settings, stack, stackId: undefined, domains: [], automation: undefined };
  const exclusion = await gdapExclusion({
    msspGraph: () => graphCall(msspTenantId, { environment, endpoints }),
    owner,
  });
  return [check, exclusion];
}

const name = "governance relationship";

async function callOf(context: VerifyContext): Promise<GraphCall> {
  const { graphEndpoint } = context.endpoints;
  const token = await automationToken(context, graphEndpoint);
  return (path, options = {}) => request(`${graphEndpoint}${path}`, { ...options, token });
}

/** With another model. Many tenants let nobody read it, so that this is no failure. */
export function unaskedRelationship(
  stack: string,
  { tenantId, msspTenantId }: Pick<Settings, "tenantId" | "msspTenantId">,
  look: GovernanceLook,
): Check & { readonly additions?: readonly Addition[] } {
  if (look.state === "notChecked") return notChecked(name, look.reason);
  if (look.state === "none") return passed(name, "none is active, and the settings ask for none");
  const { id, creationDateTime, policy } = look.relationship;
  const found = relationshipText(look.relationship);
  const step = endStep(stack);
  const addition: Addition = {
    kind: name,
    to: `tenant ${tenantId}`,
    what: `governance relationship with the tenant ${msspTenantId}`,
    id,
    done: { by: "", on: creationDateTime },
    step,
  };
  const reason = [`${found}, and the settings ask for none`, ...grantSentences(policy), step].join("; ");
  return { ...failed(name, reason), additions: [addition] };
}
