/**
 * One stack: one customer's onboarding. Settings in, resources in the customer's tenant, outputs
 * for the `mssp` command.
 */
import { clockFrom, discoverEndpoints, domainOwnership, dateOf, withoutUndefined } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import { prepareDelegation, prepareHandover, prepareSentinelAccess } from "./components/azure/prepare";
import { sentinelGroupIds } from "./components/azure/sentinelGroupIds";
import { connectorSecrets, CustomerOnboarding } from "./components/customerOnboarding";
import { prepareDetections } from "./components/detections/prepareDetections";
import { reportAdoptions } from "./components/guests/adoptions";
import { orAsBefore, outputsAfterResources, type DeclaredOutputs } from "./components/outputs";
import { customerTenant } from "./components/tenant/customerTenant";
import { leaveAdopted } from "./components/tenant/adopted";
import { requireCustomerDomain } from "./components/tenant/requireCustomerDomain";
import { StackIdentity } from "./components/tenant/stackIdentity";
import { deployedResources, stackOutputs } from "./components/tenant/deployedResources";
import { recoverLostCreates } from "./components/tenant/lostCreates";
import { deployedConsents } from "./components/siemConnector/consents";
import { reportDisabledConnector } from "./components/siemConnector/reportDisabledConnector";
import { refuseLongCertificate } from "./components/siemConnector/longCertificate";
import { requirePublishedRoles } from "./components/siemConnector/publishedRoles";
import { hasAnalystsGroup } from "./components/portalAccess/analystsGroup";
import { contactObjectIds } from "./components/portalAccess/accessPackages";
import { refuseMovedNames } from "./components/portalAccess/deployedNames";
import { customerApprovers } from "./components/portalAccess/portalAccessArgs";
import { refuseOtherMsspTenant } from "./components/tenant/refuseOtherMsspTenant";
import { refuseOffboarded } from "./components/tenant/refuseOffboarded";
import { requireTenantFeatures } from "./components/tenant/tenantFeatures";
import { projectFolder, shownOwnFile, stackConfiguration } from "./settings/fromEngine";
import { loadExtension } from "./extensions";
import { prepareKeeper } from "./components/tenant/keeper";
import { hasSentinelAccess } from "./domain/prerequisiteSettings";
import { endedAccess } from "./domain/endedAccess";
import type { ProgramOutputs } from "./domain/programOutputs";
import { tenantNeeds } from "./domain/tenantNeeds";
import { lighthouseAloneText, multitenantSteps, sentinelSteps } from "./domain/sentinelSteps";
import {
  accessName,
  delegationName,
  detectionsName,
  handoverName,
  onboardingName,
  sentinelName,
  stackIdentityName,
} from "./domain/resourceNames";
import { parseSettings, type Settings } from "./settings";
import { readSharing } from "./settings/readSharing";
import { sharedTenantText } from "./settings/sharedTenant";

/**
 * The engine shows a RunError without a stack trace. This is the one place that turns an error for
 * people into one.
 */
export = async () => {
  try {
    return await program();
  } catch (error) {
    throw error instanceof VisibleError ? new pulumi.RunError(error.message) : error;
  }
};

/** Checks and signs in before the first declaration: a failure until then changes nothing. */
async function program() {
  const customer = await checkSettings();
  const afterResources = outputsAfterResources();
  const access = await signIn(customer);
  const found = await checkTenant(customer, access);
  await warn(customer);
  const keeper = await prepareKeeper(customer.settings, access.provider);
  const declared = await declare(customer, access, found);
  keeper?.declareOwner({ provider: access.provider, parent: declared.onboarding });
  await keeper?.refuse();
  return afterResources(orAsBefore(outputsOf(customer, declared), stackOutputs(customer.deployed)));
}

type Checked = Awaited<ReturnType<typeof checkSettings>>;
type Access = Awaited<ReturnType<typeof signIn>>;
type Found = Awaited<ReturnType<typeof checkTenant>>;
type Declared = Awaited<ReturnType<typeof declare>>;

/** Reads the settings and the stack's resources, and compares them. Calls no tenant. */
async function checkSettings() {
  const { values, secretKeys, file } = stackConfiguration();
  const settings = parseSettings(values, secretKeys, process.env, file);
  await refuseSharedTenant(settings);
  const extend = settings.extension === undefined ? undefined : loadExtension(settings.extension);
  // Read before anything is registered: the engine writes the state at each registration, and a
  // file backend would show half of the file.
  const deployed = await deployedResources(settings.allowedPackages);
  await refuseOffboarded({ ...settings, file: shownOwnFile() }, deployed);
  refuseOtherMsspTenant(settings, deployed);
  refuseMovedNames(accessName, settings, deployed);
  const clock = clockFrom(process.env);
  refuseLongCertificate(settings.connector, clock());
  return { settings, adopted: settings.adopted ?? { objects: [], omit: [] }, file, extend, deployed, clock };
}

/** Signs in wherever the settings need it, all at once: each sign-in waits for a plugin to start. */
async function signIn({ settings, adopted, file, deployed, clock }: Checked) {
  const { tenantId, msspTenantId, msspName, cloud, handover, azureDelegation, sentinelAccess, detections } = settings;
  const endpoints = discoverEndpoints(process.env, { cloud });
  const [provider, declareHandover, declareDelegation, declareSentinel, declareDetections, ownership] =
    await Promise.all([
      customerTenant(onboardingName, tenantId, cloud),
      handover && prepareHandover(handoverName, { ...handover, tenantId: msspTenantId, cloud }),
      azureDelegation &&
        prepareDelegation(delegationName, { ...azureDelegation, tenantId, msspTenantId, msspName, cloud }),
      hasSentinelAccess(settings) && sentinelAccess !== undefined
        ? prepareSentinelAccess(
            sentinelName,
            { ...sentinelAccess, tenantId, msspName, cloud, adopted: adopted.objects.map(({ id }) => id) },
            deployed,
          )
        : undefined,
      detections &&
        prepareDetections(
          detectionsName,
          {
            tenantId,
            msspName,
            folder: projectFolder(),
            detections,
            now: clock(),
            adopted: adopted.objects,
            placeOf: file?.placeOf,
          },
          deployed,
        ),
      domainOwnership(settings.customerDomain, tenantId, { endpoints }),
    ]);
  const { loginEndpoint } = await endpoints;
  return {
    provider,
    loginEndpoint,
    ownership,
    declareHandover,
    declareDelegation,
    declareSentinel,
    declareDetections,
  };
}

/** Compares the tenant with the settings. Returns what the declarations need of it. */
async function checkTenant({ settings, file, deployed, clock }: Checked, { provider, ownership }: Access) {
  const { tenantId, connector, portalAccess } = settings;
  await requireCustomerDomain(settings, ownership, deployed);
  await requireTenantFeatures(tenantId, tenantNeeds(settings), deployed);
  await requirePublishedRoles(connector, clock(), { provider });
  const analysts = await reportAdoptions(settings, deployed, { placeOf: file?.placeOf });
  const connectorIsDisabled = await reportDisabledConnector(onboardingName, connector, deployed, { provider });
  const approverObjectIds = await contactObjectIds(customerApprovers(portalAccess), { provider });
  return { analysts, connectorIsDisabled, approverObjectIds };
}

/** Warns of what the settings say and nobody may mean. Calls no tenant. */
async function warn({ settings, clock }: Checked) {
  // A typing mistake in a year looks the same as an end.
  const ended = endedAccess(settings.analysts, clock());
  // What analysts lose who reach Microsoft Sentinel by Azure Lighthouse alone.
  const lighthouseAlone = lighthouseAloneText(settings, dateOf(clock()));
  for (const text of [...ended, lighthouseAlone]) if (text !== undefined) await pulumi.log.warn(text);
}

/** Declares all resources of the customer. */
async function declare({ settings, adopted, extend, deployed, clock }: Checked, access: Access, found: Found) {
  const { tenantId, msspTenantId, portalAccess } = settings;
  const { provider, loginEndpoint } = access;
  new StackIdentity(stackIdentityName, { msspTenantId });
  const recover = recoverLostCreates(tenantId, deployed);
  const leave = leaveAdopted(adopted.objects, deployed);
  const onboarding = new CustomerOnboarding(
    onboardingName,
    {
      ...settings,
      ...found,
      omit: adopted.omit,
      loginEndpoint,
      connectorSecrets: connectorSecrets(onboardingName, deployed),
      connectorConsents: deployedConsents(deployed),
      clock,
    },
    { provider, transformations: [recover, leave] },
  );

  const { clientId, clientSecret: secret, clientSecretExpiresOn: expiresOn } = onboarding;
  const handover =
    secret &&
    expiresOn &&
    access.declareHandover?.(
      { customerTenantId: tenantId, clientId, secret, expiresOn },
      { transformations: [recoverLostCreates(msspTenantId, deployed, {}, `${handoverName}-lost-creates`)] },
    );
  const delegation = access.declareDelegation?.({ transformations: [recover] });
  const sentinel = access.declareSentinel?.(
    sentinelGroupIds(portalAccess, adopted.omit, onboarding, settings.sentinelAccess?.roles ?? {}),
    { transformations: [recover] },
  );
  access.declareDetections?.({ transformations: [leave] });
  await extend?.({ settings, onboarding, provider });
  return { onboarding, handover, delegation, sentinel };
}

/** The outputs that these settings have; the engine warns of one without a value. */
function outputsOf({ settings, adopted }: Checked, { onboarding, handover, delegation, sentinel }: Declared) {
  return withoutUndefined({
    cloud: settings.cloud,
    ...onboarding.outputs,
    groupObjectId: hasAnalystsGroup(settings.portalAccess, adopted.omit) ? onboarding.groupObjectId : undefined,
    handover: handover && {
      vaultName: handover.vaultName,
      secretName: handover.secretName,
      secretUri: handover.secretUri,
      subscriptionId: settings.handover?.subscriptionId,
    },
    azureDelegation: delegation && { scope: delegation.scope, roles: delegation.roles },
    sentinelAccess: sentinel && {
      scope: sentinel.scope,
      workspaceName: sentinel.workspaceName,
      roles: sentinel.roles,
    },
    nextSteps: onboarding.nextSteps.apply((steps) => [
      ...steps,
      ...sentinelSteps(settings),
      ...multitenantSteps(settings),
    ]),
  } satisfies DeclaredOutputs<ProgramOutputs>);
}

/** Refuses another settings file with this tenant. In a fleet, whose program is inline, the command does. */
async function refuseSharedTenant(settings: Settings): Promise<void> {
  const folder = pulumi.getRootDirectory();
  if (folder === "") return;
  const shared = await readSharing({ ...settings, stack: pulumi.getStack() }, folder);
  if (shared !== undefined) throw new VisibleError(`${sharedTenantText(shared)} Nothing was changed.`);
}
