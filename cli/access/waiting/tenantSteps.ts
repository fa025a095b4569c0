/** The steps of an onboarding that show in the customer's tenant: consent, guests, packages. */
import {
  adminConsentUrl,
  clockFrom,
  findServicePrincipal,
  graphCall,
  invitationStatePath,
  isRecentWrite,
  ServiceError,
  waits,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { isWithoutConsent } from "@defender-mssp/siem/verify/isConsentLost";
import { accessPackageAssignment } from "../../../domain/kinds/accessPackages";
import { defenderRole } from "../../../domain/kinds/defenderRoles";
import { governanceRelationship } from "../../../domain/kinds/trusts";
import { guest } from "../../../domain/kinds/people";
import { applicationPermission, delegatedConsent } from "../../../domain/kinds/servicePrincipals";
import { consentsToLegacyApi, isGrantedByAdministrator } from "../../../domain/prerequisiteSettings";
import type { Settings } from "../../../settings";
import { assignmentsOf } from "../../tenant/additions/accessPackages";
import { deployedOf } from "../../tenant/deployed";
import { tenantOf } from "../../tenant/additions/find";
import { examine } from "../examination/examination";
import type { Report } from "../examination/report";
import type { SettingsAsDeployed } from "../../stack/settingsAsDeployed";
import type { StackOutputs } from "../../stack/stackOutputs";
import type { StepName } from "../../../domain/stepTitles";
import type { OnboardingStep } from "./progress";
import type { Actor } from "../actor";
import { consentSentence, grantedConsent, whereRevoked } from "../connector/connectorConsent";
import { notYetText } from "../connector/notYet";
import { stackGovernanceState as governanceStateOf } from "../governance/state";
import { isPreviewApplication, previewConsentSteps } from "./previewConsentSteps";
import {
  byHand,
  done,
  isStepExpected,
  notApplicable,
  readPermission,
  unchecked,
  waiting,
  type OnboardingRun,
} from "./step";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";
import { type Deployment } from "../../stack/deployment";

/** The consent to the MSSP's application, and what the tenant must have. */
export async function consentSteps(run: OnboardingRun, known: SettingsAsDeployed): Promise<OnboardingStep[]> {
  const { cloud, tenantId } = known.settings;
  const clientId = run.environment["ARM_CLIENT_ID"] ?? "<application ID>";
  const open = `Open ${adminConsentUrl(cloud, tenantId, clientId)} and accept.`;
  try {
    const report = await examine(run.stack, { ...run, known });
    const consent = isPreviewApplication(run.environment)
      ? notApplicable("consent", "customerAdministrator", "the preview application signs in: see its own consent")
      : consentStep(report, open);
    return [consent, licenceStep(report)];
  } catch (error) {
    const cause = error instanceof VisibleError ? error.cause : undefined;
    if (cause instanceof ServiceError && isWithoutConsent(cause)) {
      return [
        waiting("consent", "customerAdministrator", `${cause.serviceCode}: nobody has consented to ${clientId}`, open),
      ];
    }
    return [{ name: "consent", ...unchecked(error, "the permissions of `npx mssp doctor`") }];
  }
}

function consentStep({ identity, permissions }: Report, open: string): OnboardingStep {
  const missing = permissions.filter(({ state }) => state === "failed").map(({ permission }) => permission);
  const who = identity.name ?? identity.clientId;
  if (missing.length === 0) return done("consent", "customerAdministrator", `${who} has the permissions it needs`);
  return waiting("consent", "customerAdministrator", `${who} lacks ${missing.join(", ")}`, open);
}

function licenceStep(report: Report): OnboardingStep {
  const features = report.features.filter(({ optional = false }) => !optional);
  const failed = features.filter(({ state }) => state === "failed");
  const unseen = features.filter(({ state }) => state === "notChecked");
  const reason = failed.map(({ reason: why = "" }) => why).join(" ");
  if (failed.length > 0) return waiting("licences", "customerAdministrator", reason, reason);
  if (features.length === 0) return notApplicable("licences", "customerAdministrator", "nothing is needed");
  if (unseen.length > 0) {
    const found = unseen.map(({ reason: why = "" }) => why).filter((why, at, all) => all.indexOf(why) === at);
    return byHand("licences", "customerAdministrator", found.join("; "), "Check the tenant's licences by hand.");
  }
  return done("licences", "customerAdministrator", "the tenant has what the settings need");
}

/**
 * Who can work already.
 * @param outputs undefined where nothing is deployed yet; `later` says what comes first.
 */
export async function accessSteps(
  { run, deployment }: { readonly run: OnboardingRun; readonly deployment: () => Promise<Deployment> },
  settings: Settings,
  outputs: StackOutputs | undefined,
  later: string,
): Promise<OnboardingStep[]> {
  const notYet = (name: StepName, actor: Actor): OnboardingStep => waiting(name, actor, later, "");
  const packages = isStepExpected("accessPackages", settings)
    ? outputs === undefined
      ? notYet("accessPackages", "analyst")
      : await accessPackageStep(run, deployment)
    : notApplicable("accessPackages", "analyst", "the stack has no access packages");
  const rbac = defenderRole.isExpected(settings)
    ? byHand("unifiedRbac", "customerAdministrator", "no API shows whether it is on", activateUnifiedRbac)
    : notApplicable("unifiedRbac", "customerAdministrator", "the access is by a role of Entra ID");
  return [
    ...(await previewConsentSteps(run.environment, settings, () => callOf(run, settings))),
    outputs === undefined ? notYet("invitations", "analyst") : await invitationStep(run, settings, outputs, deployment),
    packages,
    // People of both tenants establish it: it waits for nothing that is deployed.
    ...(isStepExpected("governance", settings) ? [await governanceStep(run, settings)] : []),
    ...(isGrantedByAdministrator(settings)
      ? [
          outputs === undefined
            ? notYet("connectorConsent", "customerAdministrator")
            : await connectorConsentStep(run, settings, outputs),
        ]
      : []),
    rbac,
    outputs === undefined ? notYet("notificationRules", "customerAdministrator") : ruleStep(outputs),
  ];
}

const activateUnifiedRbac =
  "Turn on each workload in the Defender portal: Settings > Microsoft Defender XDR > Permissions and roles.";

async function invitationStep(
  run: OnboardingRun,
  settings: Settings,
  outputs: StackOutputs,
  deployment: () => Promise<Deployment>,
): Promise<OnboardingStep> {
  const name = "invitations";
  const guests = Object.entries(outputs.guests ?? {});
  if (guests.length === 0) return notApplicable(name, "analyst", "the stack invites nobody");
  try {
    const call = await callOf(run, settings);
    const states = await Promise.all(guests.map(async ([email, id]) => ({ email, state: await stateOf(call, id) })));
    const emails = (wanted: string): string[] =>
      states.filter(({ state }) => state === wanted).map(({ email }) => email);
    const [gone, pending] = [emails("gone"), emails("pending")];
    const now = run.now?.() ?? new Date();
    if (gone.length > 0 && isRecentWrite((await deployment()).writtenAt, now)) {
      const reason = notYetText(`not found in the tenant: ${gone.join(", ")}`, waits.guest);
      return waiting(name, "platformEngineer", reason, "Wait: --watch checks again.");
    }
    if (gone.length > 0) {
      const next = `Run \`npx pulumi up --stack ${run.stack} --refresh\`.`;
      return waiting(name, "platformEngineer", `no longer in the tenant: ${gone.join(", ")}`, next);
    }
    const found = `${guests.length - pending.length} of ${guests.length} accepted`;
    if (pending.length === 0) return done(name, "analyst", found);
    const next = "Accept the invitation in the e-mail, then sign in to the Defender portal.";
    return waiting(name, "analyst", `${found}; pending: ${pending.join(", ")}`, next);
  } catch (error) {
    return { name, ...unchecked(error, readPermission(guest)) };
  }
}

async function callOf({ environment }: OnboardingRun, { tenantId, cloud }: Settings): Promise<GraphCall> {
  return graphCall(tenantId, { environment, endpoints: await tenantEndpoints({ cloud }, environment) });
}

/** A user that was there before the stack has no state of an invitation. */
async function stateOf(call: GraphCall, id: string): Promise<"accepted" | "pending" | "gone"> {
  const { status, body } = await call(invitationStatePath(id), { accept: [404] });
  if (status === 404) return "gone";
  return (body as { externalUserState?: string | null }).externalUserState === "PendingAcceptance"
    ? "pending"
    : "accepted";
}

/** A person of the MSSP requests a package, and the customer's approvers approve it. */
async function accessPackageStep(run: OnboardingRun, deployment: () => Promise<Deployment>): Promise<OnboardingStep> {
  const name = "accessPackages";
  try {
    const tenant = await tenantOf(run, deployedOf(await deployment()));
    const count = (await assignmentsOf(tenant)).length;
    const found = `${count} ${count === 1 ? "assignment" : "assignments"} of ${tenant.deployed.all("accessPackage").length} packages`;
    if (count > 0) return done(name, "analyst", found);
    return waiting(name, "analyst", found, "Request an access package by its link in the output accessPackages.");
  } catch (error) {
    return { name, ...unchecked(error, readPermission(accessPackageAssignment)) };
  }
}

/** Whether an administrator of the customer has granted what the registration asks for. */
async function connectorConsentStep(
  run: OnboardingRun,
  settings: Settings,
  outputs: StackOutputs,
): Promise<OnboardingStep> {
  const [name, actor] = ["connectorConsent", "customerAdministrator"] as const;
  try {
    const now = run.now?.() ?? clockFrom(run.environment)();
    const call = await callOf(run, settings);
    const { clientId, redirectUri } = outputs;
    const principal = await findServicePrincipal(call, clientId);
    if (principal === undefined)
      return waiting(name, "platformEngineer", `no service principal of ${clientId}`, "Run `npx pulumi up --refresh`.");
    const { missing, additional } = await grantedConsent(call, principal.id, settings.connector, now);
    if (additional.length > 0) {
      const found = `the settings do not have ${additional.join(", ")}`;
      return { ...waiting(name, actor, found, `An administrator removes it ${whereRevoked}.`), isExcess: true };
    }
    if (missing.length === 0) return done(name, actor, "the connector has what the settings say");
    const next = await consentSentence(call, { ...settings, ...settings.connector, clientId, redirectUri }, now);
    return waiting(name, actor, `no consent to ${missing.join(", ")}`, next);
  } catch (error) {
    return {
      name,
      ...unchecked(
        error,
        [applicationPermission, ...(consentsToLegacyApi(settings) ? [delegatedConsent] : [])]
          .map(readPermission)
          .join(", "),
      ),
    };
  }
}

/** Whose move the governance relationship waits for. */
async function governanceStep(run: OnboardingRun, settings: Settings): Promise<OnboardingStep> {
  const name = "governance";
  try {
    const now = run.now?.() ?? clockFrom(run.environment)();
    const state = await governanceStateOf(run.stack, settings, await callOf(run, settings), now);
    const { found, actor = "customerAdministrator", next, differences } = state;
    if (state.state === "active") return done(name, actor, `${found}, and grants what the settings say`);
    return waiting(name, actor, [found, ...differences].join("; "), next);
  } catch (error) {
    return { name, ...unchecked(error, readPermission(governanceRelationship)) };
  }
}

function ruleStep({ notificationRules = {} }: StackOutputs): OnboardingStep {
  const [name, actor] = ["notificationRules", "customerAdministrator"] as const;
  const names = Object.keys(notificationRules);
  const manual = names.filter((rule) => notificationRules[rule] === "manual");
  if (names.length === 0) return notApplicable(name, actor, "the stack has none");
  if (manual.length === 0) return done(name, actor, `configured: ${names.join(", ")}`);
  const next = "Create each rule in the Defender portal, as the output nextSteps says.";
  return byHand(name, actor, `no API shows them: ${manual.join(", ")}`, next);
}
