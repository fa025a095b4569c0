/**
 * One stack: one customer's onboarding. Settings in, resources in the customer's tenant, outputs
 * for the `mssp` command.
 */
import { clockFrom, discoverEndpoints, domainOwnership, dateOf, withoutUndefined } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import {
  prepareDelegation,
  prepareHandover,
  prepareSentinelAccess,
  refuseUnpreparedMove,
} from "./components/azure/prepare";
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
import { connectorWithDeployedApis } from "./components/siemConnector/deployedApis";
import { reportDisabledConnector } from "./components/siemConnector/reportDisabledConnector";
import { refuseLongCertificate } from "./components/siemConnector/longCertificate";
import { requirePublishedRoles } from "./components/siemConnector/publishedRoles";
import { hasAnalystsGroup } from "./components/portalAccess/analystsGroup";
import { contactObjectIds } from "./components/portalAccess/accessPackages";
import { refuseMovedNames } from "./components/portalAccess/deployedNames";
import { customerApprovers } from "./components/portalAccess/portalAccessArgs";
import { refuseOffboarded } from "./components/tenant/refuseOffboarded";
import { requireTenantFeatures } from "./components/tenant/tenantFeatures";
import { keepingLegacyApi } from "./settings/connector";
import { projectFolder, stackConfiguration } from "./settings/fromEngine";
import { loadExtension } from "./extensions";
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

/** Warns of analysts who get no access any more: a typing mistake in a year looks the same. */
async function warnOfEndedAccess({ analysts }: Settings): Promise<void> {
  for (const text of endedAccess(analysts, clockFrom()())) await pulumi.log.warn(text);
}

/** Tells what analysts lose who reach Microsoft Sentinel by Azure Lighthouse alone. */
async function warnOfLighthouseAlone(settings: Settings): Promise<void> {
  const text = lighthouseAloneText(settings, dateOf(clockFrom(process.env)()));
  if (text !== undefined) await pulumi.log.warn(text);
}

/** Warns of another settings file with this tenant. In a fleet, whose program is inline, the command does. */
async function warnOfSharedTenant(settings: Settings): Promise<void> {
  const folder = pulumi.getRootDirectory();
  if (folder === "") return;
  const shared = await readSharing({ ...settings, stack: pulumi.getStack() }, folder);
  if (shared !== undefined) await pulumi.log.warn(sharedTenantText(shared));
}

async function program() {
  const { values, secretKeys, file } = stackConfiguration();
  const asked = parseSettings(values, secretKeys, process.env, file);
  const { tenantId, customerDomain, msspTenantId, msspName, cloud } = asked;
  const { portalAccess, adopted = { objects: [], omit: [] } } = asked;
  const extend = asked.extension === undefined ? undefined : loadExtension(asked.extension);
  // Read before anything is registered: the engine writes the state at each registration, and a
  // file backend would show half of the file.
  const deployed = await deployedResources();
  await refuseOffboarded(asked, deployed);
  const connector = { asked: asked.connector, keeping: keepingLegacyApi(asked.connector) };
  const settings = { ...asked, connector: await connectorWithDeployedApis(onboardingName, connector, deployed) };
  refuseMovedNames(accessName, settings, deployed);
  const afterResources = outputsAfterResources();
  const clock = clockFrom(process.env);
  await refuseLongCertificate(settings.connector, deployed, clock());
  if (settings.handover) refuseUnpreparedMove(handoverName, settings.handover.subscriptionId, deployed);
  // All that signs in does so before the first declaration, and together: each waits for a plugin
  // to start.
  const endpoints = discoverEndpoints(process.env, { cloud });
  const [provider, handOver, delegate, giveSentinel, declareDetections, ownership] = await Promise.all([
    customerTenant(onboardingName, tenantId, cloud),
    settings.handover && prepareHandover(handoverName, { ...settings.handover, tenantId: msspTenantId, cloud }),
    settings.azureDelegation &&
      prepareDelegation(delegationName, { ...settings.azureDelegation, tenantId, msspTenantId, msspName, cloud }),
    hasSentinelAccess(settings) && settings.sentinelAccess !== undefined
      ? prepareSentinelAccess(
          sentinelName,
          { ...settings.sentinelAccess, tenantId, msspName, cloud, adopted: adopted.objects.map(({ id }) => id) },
          deployed,
        )
      : undefined,
    settings.detections &&
      prepareDetections(
        detectionsName,
        {
          ...{ tenantId, msspName, folder: projectFolder(), detections: settings.detections, now: clock() },
          ...{ adopted: adopted.objects, placeOf: file?.placeOf },
        },
        deployed,
      ),
    domainOwnership(customerDomain, tenantId, { endpoints }),
  ]);
  await requireCustomerDomain(settings, ownership, deployed);
  await requireTenantFeatures(tenantId, tenantNeeds(settings), deployed);
  await requirePublishedRoles(settings.connector, clock(), { provider });
  await reportAdoptions(settings, deployed);
  const connectorIsDisabled = await reportDisabledConnector(onboardingName, settings.connector, deployed, { provider });
  await warnOfSharedTenant(settings);
  await warnOfEndedAccess(settings);
  await warnOfLighthouseAlone(settings);
  const { loginEndpoint } = await endpoints;
  const approverObjectIds = await contactObjectIds(customerApprovers(portalAccess), { provider });

  new StackIdentity(stackIdentityName, { msspTenantId });
  const recover = recoverLostCreates(tenantId, deployed);
  const leave = leaveAdopted(adopted.objects, deployed);
  const onboarding = new CustomerOnboarding(
    onboardingName,
    {
      ...settings,
      omit: adopted.omit,
      approverObjectIds,
      loginEndpoint,
      connectorSecrets: connectorSecrets(onboardingName, deployed),
      connectorIsDisabled,
      clock,
    },
    { provider, transformations: [recover, leave] },
  );

  const { clientId, clientSecret: secret, clientSecretExpiresOn: expiresOn } = onboarding;
  const handover = secret && expiresOn && handOver?.({ customerTenantId: tenantId, clientId, secret, expiresOn });
  const delegation = delegate?.();
  const sentinel = giveSentinel?.(
    sentinelGroupIds(portalAccess, adopted.omit, onboarding, settings.sentinelAccess?.roles ?? {}),
    {
      transformations: [recover],
    },
  );
  declareDetections?.({ transformations: [leave] });
  await extend?.({ settings, onboarding, provider });

  // Which outputs there are depends on the settings; the engine warns of one without a value.
  const outputs = withoutUndefined({
    cloud,
    ...onboarding.outputs,
    groupObjectId: hasAnalystsGroup(portalAccess, adopted.omit) ? onboarding.groupObjectId : undefined,
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
  return afterResources(orAsBefore(outputs, stackOutputs(deployed)));
}
