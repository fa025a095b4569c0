/**
 * The steps of a governance relationship. Each looks first, says what it would change, and changes it
 * only when the person agrees: running it again continues.
 */
import {
  findServicePrincipal,
  grantSentences,
  graphGroups,
  lastSegment,
  microsoftGraph,
  policyDifferences,
  type GovernancePolicy,
  type GraphCall,
  type ServicePrincipal,
  type TemplateBody,
  type TenantGovernance,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import { governancePolicy, type GovernanceSettings } from "../../../settings/governance";
import { day, governanceOf, openRequest } from "../../access/governance/state";
import type { Side } from "./scopes";

/** What a step found, and would do. */
export interface Step {
  /** What it changes, a sentence each; empty: nothing is to be changed. */
  readonly changes: readonly string[];
  /** What the person grants or sends, a sentence each. */
  readonly grants: readonly string[];
  /** Makes the changes. */
  readonly run: () => Promise<void>;
  /** What stands, after the changes. */
  readonly found: string;
  /** What somebody else must do after it; undefined where nothing is left. */
  readonly waitsFor?: string;
}

export interface StepContext {
  readonly stack: string;
  readonly settings: Settings;
  /** As the signed-in person. */
  readonly call: GraphCall;
  /** Origin of Graph. */
  readonly graphEndpoint: string;
  readonly now: Date;
}

const nothing = { changes: [], grants: [], run: () => Promise.resolve() } as const;

/** @throws VisibleError with another model. */
export function requiredPolicy(
  stack: string,
  settings: Settings,
): {
  readonly policy: GovernancePolicy;
  readonly access: GovernanceSettings;
} {
  const policy = governancePolicy(settings);
  if (policy === undefined || settings.portalAccess.model !== "governance") {
    throw new VisibleError(
      `Stack "${stack}" asks for no governance relationship: portalAccess.model is ${settings.portalAccess.model}. Set it to governance first.`,
    );
  }
  return { policy, access: settings.portalAccess };
}

/** The customer invites the MSSP's tenant to send a request. */
export async function inviteStep({ stack, settings, call, now }: StepContext): Promise<Step> {
  const { policy } = requiredPolicy(stack, settings);
  const governance = governanceOf(call, settings);
  const waitsFor = `The MSSP sends its request: npx mssp governance request --stack ${stack}`;
  if ((await governance.current()) !== undefined) {
    return { ...nothing, found: "A relationship exists: a new request needs no invitation." };
  }
  if ((await openRequest(governance, policy, now)) !== undefined) {
    const accept = `An administrator of the customer accepts it: npx mssp governance accept --stack ${stack}`;
    return { ...nothing, found: "The MSSP's request is there.", waitsFor: accept };
  }
  const open = await governance.openInvitation(now);
  if (open !== undefined) {
    return { ...nothing, found: `The invitation is valid until ${day(open.expirationDateTime)}.`, waitsFor };
  }
  const { msspName, msspTenantId } = settings;
  return {
    changes: [`Invite the tenant ${msspTenantId} (${msspName}) to send a governance request, for 30 days.`],
    grants: ["An invitation grants nothing: you decide when the request arrives."],
    run: async () => {
      await governance.invite();
    },
    found: "The invitation was sent.",
    waitsFor,
  };
}

/** The MSSP prepares its tenant and sends the request. */
export async function requestStep(context: StepContext, withoutInvitation: boolean): Promise<Step> {
  const { stack, settings, call, graphEndpoint, now } = context;
  const { policy, access } = requiredPolicy(stack, settings);
  const governance = governanceOf(call, settings);
  const current = await governance.current();
  if (current?.status === "active" && policyDifferences(policy, current.policy).length === 0) {
    return { ...nothing, found: "The relationship is active and grants what the settings say." };
  }
  const accepts = `An administrator of the customer accepts it: npx mssp governance accept --stack ${stack}`;
  const open = await openRequest(governance, policy, now);
  if (open !== undefined) {
    return { ...nothing, found: `The request is valid until ${day(open.expirationDateTime)}.`, waitsFor: accepts };
  }
  const prepared = await preparation(context, governance, access, policy);
  const mayRequest = withoutInvitation || current !== undefined || (await governance.openInvitation(now)) !== undefined;
  if (!mayRequest) {
    const waitsFor = `An administrator of the customer invites your tenant: npx mssp governance invite --stack ${stack}. Then run this command again.`;
    const found = "Your tenant is prepared. The request needs an invitation of the customer.";
    return { ...prepared.step, grants: [], found, waitsFor };
  }
  const { customerName, tenantId } = settings;
  return {
    changes: [
      ...prepared.step.changes,
      `Send a governance request to the tenant ${tenantId} (${customerName}). It is valid for 14 days.`,
    ],
    grants: grantSentences(policy),
    run: async () => {
      await prepared.step.run();
      await governance.request(await prepared.templateId(), graphEndpoint);
    },
    found: "The request was sent.",
    waitsFor: accepts,
  };
}

interface Preparation {
  readonly step: Pick<Step, "changes" | "run">;
  /** After the step has run. */
  readonly templateId: () => Promise<string>;
}

/** Invitations and the template, in the MSSP's tenant. */
async function preparation(
  context: StepContext,
  governance: TenantGovernance,
  access: GovernanceSettings,
  policy: GovernancePolicy,
): Promise<Preparation> {
  await checkGroups(context.call, access);
  const body = await templateOf(context, access, policy);
  const receives = await governance.canReceiveInvitations();
  const template = await governance.template(body.displayName);
  const isRight = template !== undefined && policyDifferences(policy, template.policy).length === 0;
  let id = template?.id;
  return {
    step: {
      changes: [
        ...(receives ? [] : ["Let your tenant receive governance invitations (from any tenant)."]),
        ...(isRight
          ? []
          : [`${template === undefined ? "Create" : "Change"} the policy template "${body.displayName}".`]),
      ],
      run: async () => {
        if (!receives) await governance.receiveInvitations();
        if (template === undefined) id = await governance.createTemplate(body);
        else if (!isRight) await governance.updateTemplate(template.id, body);
      },
    },
    templateId: () => (id === undefined ? Promise.reject(new Error("no template was created")) : Promise.resolve(id)),
  };
}

/** @throws VisibleError for a group that Tenant Governance would not take. */
async function checkGroups(call: GraphCall, { groups }: GovernanceSettings): Promise<void> {
  for (const { objectId, name } of groups) {
    const path = `${graphGroups.item(objectId)}?$select=id,displayName,isAssignableToRole,securityEnabled`;
    const { status, body } = await call(path, { accept: [404] });
    if (status === 404)
      throw new VisibleError(`Your tenant has no group ${objectId} (${name} in portalAccess.groups).`);
    const found = body as { readonly isAssignableToRole?: boolean | null; readonly securityEnabled?: boolean | null };
    if (found.isAssignableToRole !== true || found.securityEnabled !== true) {
      throw new VisibleError(
        `The group ${objectId} (${name}) is no role-assignable security group. Create one with isAssignableToRole, ` +
          "which can't be changed later, and name it in portalAccess.groups.",
      );
    }
  }
}

async function templateOf(
  { stack, settings, call }: StepContext,
  { groups, provisionConnector }: GovernanceSettings,
  policy: GovernancePolicy,
): Promise<TemplateBody> {
  const { msspName, customerName } = settings;
  return {
    displayName: templateName(stack, settings),
    description: `Access of ${msspName} to the Microsoft Defender of ${customerName}. Managed by defender-mssp.`,
    groups,
    applications: provisionConnector ? await Promise.all(policy.applications.map((one) => resolved(call, one))) : [],
  };
}

/** One template for each stack: its name says whose it is. */
function templateName(stack: string, { tenantId }: Settings): string {
  return `defender-mssp ${lastSegment(stack)} ${tenantId}`;
}

/** IDs of an application and of its permissions, as the MSSP's own tenant has them. */
async function resolved(
  call: GraphCall,
  { appId, permissions }: GovernancePolicy["applications"][number],
): Promise<TemplateBody["applications"][number]> {
  type Found = Pick<ServicePrincipal, "id"> & Partial<ServicePrincipal>;
  const [own, graph] = await Promise.all(
    [appId, microsoftGraph.appId].map((id) => findServicePrincipal<Found>(call, id)),
  );
  if (own === undefined) {
    throw new VisibleError(
      `Your tenant has no service principal of the connector's application ${appId}. Create it in the MSSP's tenant, and run this command again.`,
    );
  }
  const roles = permissions.map((name) => {
    const role = graph?.appRoles?.find(({ value }) => value === name);
    if (role === undefined) throw new VisibleError(`Microsoft Graph has no permission ${name} in your tenant.`);
    return { id: role.id, name };
  });
  return {
    appId,
    objectId: own.id,
    displayName: own.displayName ?? appId,
    resourceAppId: microsoftGraph.appId,
    permissions: roles,
  };
}

/** The customer accepts the request that asks for exactly what the settings say. */
export async function acceptStep({ stack, settings, call, now }: StepContext): Promise<Step> {
  const { policy } = requiredPolicy(stack, settings);
  const governance = governanceOf(call, settings);
  const current = await governance.current();
  if (current?.status === "active" && policyDifferences(policy, current.policy).length === 0) {
    return { ...nothing, found: "The relationship is active and grants what the settings say." };
  }
  const open = await governance.openRequests(now);
  const request = open.find((one) => policyDifferences(policy, one.policy).length === 0);
  if (request === undefined) {
    const [other] = open;
    if (other !== undefined) throw new VisibleError(otherRequest(policyDifferences(policy, other.policy)));
    const found = "There is no request to accept.";
    return { ...nothing, found, waitsFor: `The MSSP sends it: npx mssp governance request --stack ${stack}` };
  }
  const { msspName, msspTenantId } = settings;
  return {
    changes: [
      `Accept the governance request of the tenant ${msspTenantId} (${msspName}).`,
      "Microsoft adds that tenant to your cross-tenant access settings, and creates the roles and applications below in your tenant.",
    ],
    grants: grantSentences(request.policy),
    run: () => governance.accept(request.id),
    found: "The relationship is active.",
  };
}

function otherRequest(differences: readonly string[]): string {
  const lines = differences.map((one) => `- ${one}`).join("\n");
  return (
    `The MSSP's request asks for something else than the settings say. Nothing was accepted.\n${lines}\n` +
    "Ask the MSSP to send a request that fits the settings, or reject this one in the Entra admin center (Tenant " +
    "governance > Governing tenants > Received requests)."
  );
}

/** Ends the relationship: the customer at once, the MSSP by asking the customer. */
export async function terminateStep({ stack, settings, call }: StepContext, side: Side): Promise<Step> {
  const governance = governanceOf(call, settings);
  const current = await governance.current();
  if (side === "customer") {
    if (current === undefined) return { ...nothing, found: "There is no relationship." };
    return {
      changes: [
        "End the governance relationship. Microsoft removes its roles and applications, and the MSSP's tenant from your cross-tenant access settings.",
      ],
      grants: [],
      run: () => governance.terminate(current.id, "terminated"),
      found: "The relationship is terminated.",
    };
  }
  if (current === undefined) return templateRemoval(governance, templateName(stack, settings));
  const waitsFor = `An administrator of the customer confirms it: npx mssp governance terminate --stack ${stack} --as customer --client-id <ID>. Then run this command again.`;
  if (current.status !== "active")
    return { ...nothing, found: "The customer was asked to end the relationship.", waitsFor };
  return {
    changes: ["Ask the customer to end the governance relationship. It grants access until they confirm."],
    grants: [],
    run: () => governance.terminate(current.id, "terminationRequestedByGoverningTenant"),
    found: "The customer was asked to end the relationship.",
    waitsFor,
  };
}

/** Without a relationship the stack's template has no use. */
async function templateRemoval(governance: TenantGovernance, name: string): Promise<Step> {
  const template = await governance.template(name);
  if (template === undefined)
    return { ...nothing, found: "There is no relationship, and no policy template of this stack." };
  return {
    changes: [`Delete the policy template "${name}" of your tenant.`],
    grants: [],
    run: () => governance.deleteTemplate(template.id),
    found: "There is no relationship, and the policy template is deleted.",
  };
}
