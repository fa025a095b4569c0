/** Runs a step as a signed-in person: shows it, asks, makes the changes. */
import { clockFrom, graphCall, ServiceError, type CallContext, type GraphCall } from "@defender-mssp/microsoft";
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { readStackSettings } from "../../../settings/fromFile";
import type { Settings } from "../../../settings";
import { placeOf } from "../../base/place";
import { compareTenants } from "../../stack/deployment";
import { advised } from "@defender-mssp/terminal/advised";
import type { Session } from "@defender-mssp/terminal/session";
import { personsCall, tenantOfToken, tokenVariable, type PersonOptions } from "./person";
import {
  acceptScopes,
  inviteScopes,
  requestScopes,
  sideNames,
  statusScopes,
  terminateScopes,
  type Side,
} from "./scopes";
import { stackGovernanceState, type GovernanceState } from "../../access/governance/state";
import {
  acceptStep,
  inviteStep,
  requestStep,
  requiredPolicy,
  terminateStep,
  type Step,
  type StepContext,
} from "./steps";
import { rereads } from "../../tenant/rereads";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";

export type Action = "invite" | "request" | "accept" | "terminate";

export interface ActionOptions extends PersonOptions {
  readonly stack: string;
  /** Whose person it is; by default the one of the token. Only `terminate` and `status` ask. */
  readonly as?: Side;
  readonly without?: readonly "invitation"[];
  /** Changes without asking. */
  readonly yes?: boolean;
}

/** What `--json` prints for a step. */
export interface ActionResult {
  readonly stack: string;
  readonly action: Action;
  /** `changed`; `unchanged`: there was nothing to do. */
  readonly result: "changed" | "unchanged";
  readonly changes: readonly string[];
  readonly grants: readonly string[];
  readonly found: string;
  /** What somebody else must do after it. */
  readonly waitsFor?: string;
}

/** @throws VisibleError where the person did not agree, or Graph refuses. */
export async function act(action: Action, options: ActionOptions, session: Session): Promise<ActionResult> {
  const { stack } = options;
  const { environment } = session;
  const settings = await readStackSettings(stack, placeOf(session));
  if (action !== "terminate") requiredPolicy(stack, settings);
  await compareTenants(stack, placeOf(session));
  const side = sideOf(action, settings, options, environment);
  const endpoints = await tenantEndpoints(settings, environment);
  const call = await personsCall(
    {
      tenantId: tenantOf(side, settings),
      tenant: sideNames[side],
      scopes: scopesOf(action, side, settings),
      endpoints,
    },
    options,
    session,
  );
  const { graphEndpoint } = endpoints;
  const context = { stack, settings, call, graphEndpoint, now: clockFrom(environment)() };
  try {
    const step = await stepOf(action, side, context, options);
    if (step.changes.length > 0) {
      await agreed(step, options.yes === true, session);
      await step.run();
    }
    const { changes, grants, found, waitsFor } = step;
    const result = changes.length > 0 ? "changed" : "unchanged";
    return { stack, action, result, changes, grants, found, ...(waitsFor === undefined ? {} : { waitsFor }) };
  } catch (error) {
    throw advised(error, adviceFor);
  }
}

/** As a person with `--as` or a token; else by the automation's own identity in the customer's tenant. */
export async function readGovernance(options: ActionOptions, session: Session): Promise<GovernanceState> {
  const { stack, as } = options;
  const { environment } = session;
  const settings = await readStackSettings(stack, placeOf(session));
  await compareTenants(stack, placeOf(session));
  const endpoints = await tenantEndpoints(settings, environment);
  const isPerson = as !== undefined || options.clientId !== undefined || tenantOfToken(environment) !== undefined;
  const call = isPerson
    ? await personsCall(statusTarget(settings, options, environment, endpoints), options, session)
    : await automationsCall(settings, { environment, endpoints });
  try {
    return await stackGovernanceState(stack, settings, call, clockFrom(environment)(), rereads(environment));
  } catch (error) {
    throw advised(error, isPerson ? adviceFor : adviceForApplication);
  }
}

/** @throws VisibleError with what to do, where the automation can't sign in. */
async function automationsCall({ tenantId }: Settings, context: CallContext): Promise<GraphCall> {
  try {
    return await graphCall(tenantId, context);
  } catch (error) {
    if (!isCallError(error)) throw error;
    throw new VisibleError(
      `Can't sign in to the customer's tenant ${tenantId} as the automation: ${error.message}\n` +
        "Check the credentials in the environment (ARM_CLIENT_ID with its secret, certificate or federated token, or az login). " +
        "Or pass --as customer or --as mssp and sign in as a person.",
      { cause: error },
    );
  }
}

function statusTarget(
  settings: Settings,
  options: ActionOptions,
  environment: NodeJS.ProcessEnv,
  endpoints: Awaited<ReturnType<typeof tenantEndpoints>>,
): Parameters<typeof personsCall>[0] {
  const side = sideOf("terminate", settings, options, environment);
  return { tenantId: tenantOf(side, settings), tenant: sideNames[side], scopes: statusScopes(), endpoints };
}

function stepOf(action: Action, side: Side, context: StepContext, options: ActionOptions): Promise<Step> {
  switch (action) {
    case "invite":
      return inviteStep(context);
    case "request":
      return requestStep(context, options.without !== undefined);
    case "accept":
      return acceptStep(context);
    case "terminate":
      return terminateStep(context, side);
  }
}

function scopesOf(action: Action, side: Side, settings: Settings): readonly string[] {
  switch (action) {
    case "invite":
      return inviteScopes();
    case "request":
      return settings.portalAccess.model === "governance" ? requestScopes(settings.portalAccess) : [];
    case "accept":
      return acceptScopes();
    case "terminate":
      return terminateScopes(side);
  }
}

function sideOf(action: Action, settings: Settings, { as }: ActionOptions, environment: NodeJS.ProcessEnv): Side {
  if (action === "request") return "mssp";
  if (action !== "terminate") return "customer";
  if (as !== undefined) return as;
  const tenantId = tenantOfToken(environment);
  if (tenantId === settings.tenantId) return "customer";
  if (tenantId === settings.msspTenantId) return "mssp";
  throw new VisibleError(
    tenantId === undefined
      ? "Pass --as mssp or --as customer: either side can do this, each in its own tenant."
      : `The token in ${tokenVariable} is for neither of the stack's two tenants.`,
  );
}

function tenantOf(side: Side, { tenantId, msspTenantId }: Settings): string {
  return side === "mssp" ? msspTenantId : tenantId;
}

/** @throws VisibleError unless the person agrees. */
async function agreed({ changes, grants }: Step, yes: boolean, { ask, err }: Session): Promise<void> {
  const lines = [
    "This will be changed:",
    ...changes.map((one) => `- ${one}`),
    ...(grants.length === 0 ? [] : ["What it is about:", ...grants.map((one) => `- ${one}`)]),
  ];
  err.line(lines.join("\n"));
  if (yes) return;
  if (!ask.isPossible) {
    throw new VisibleError("Nobody can be asked: this is no terminal. Nothing was changed. Pass --yes to go ahead.");
  }
  if (!(await ask.confirm("Go ahead?"))) throw new VisibleError("Nothing was changed.");
}

function adviceFor({ status }: ServiceError): string | undefined {
  if (status !== 403) return undefined;
  return (
    "The person needs the directory role Tenant Governance Administrator in that tenant, and the tenant a licence: Microsoft Entra ID P1, " +
    "for applications ID Governance. See `npx mssp docs governance`."
  );
}

function adviceForApplication({ status }: ServiceError): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return "The application needs TenantGovernance-Relationship.Read.All in the customer's tenant. Or pass --as customer or --as mssp and sign in.";
}
