/** One stack: one customer's onboarding. Settings in, resources in the customer's tenant, outputs for the `mssp` command. */
import * as pulumi from "@pulumi/pulumi";
import { clockFrom, withoutUndefined } from "@defender-mssp/microsoft";
import { prepareDelegation, prepareHandover } from "./components/azure";
import { connectorSecrets, CustomerOnboarding } from "./components/customerOnboarding";
import { customerTenant } from "./components/customerTenant";
import { contactObjectIds } from "./components/portalAccess/accessPackages";
import { requireTenantFeatures } from "./components/tenantFeatures";
import { stackConfiguration } from "./configuration";
import { VisibleError } from "./errors";
import { tenantNeeds } from "./prerequisites";
import { parseSettings } from "./settings";

export = async () => {
  const settings = readSettings();
  // Resource names say "customer" and not which: the customer's name is a setting, and a changed name replaces nothing.
  const [provider, secrets] = await Promise.all([
    customerTenant("customer", settings.tenantId, settings.cloud),
    connectorSecrets("customer"),
  ]);
  await requireTenantFeatures(settings.tenantId, tenantNeeds(settings));
  const approvers = settings.portalAccess.model === "entitlement" ? settings.portalAccess.approvers : [];
  const approverObjectIds = await contactObjectIds(approvers, { provider });
  const { msspTenantId, msspName, cloud } = settings;
  const handOver =
    settings.handover && (await prepareHandover("handover", { ...settings.handover, tenantId: msspTenantId, cloud }));
  const delegate =
    settings.azureDelegation &&
    (await prepareDelegation("delegation", {
      ...settings.azureDelegation,
      tenantId: settings.tenantId,
      msspTenantId,
      msspName,
      cloud,
    }));

  const onboarding = new CustomerOnboarding(
    "customer",
    { ...settings, approverObjectIds, connectorSecrets: secrets, clock: clockFrom(process.env) },
    { provider },
  );

  const { clientId, clientSecret: secret, clientSecretExpiresOn: expiresOn } = onboarding;
  const handover =
    secret && expiresOn && handOver?.({ customerTenantId: settings.tenantId, clientId, secret, expiresOn });
  const delegation = delegate?.();

  // Which outputs there are depends on the settings; the engine warns of one without a value.
  return withoutUndefined({
    tenantId: onboarding.tenantId,
    cloud: settings.cloud,
    portalUrl: onboarding.portalUrl,
    legacyPortalUrl: onboarding.legacyPortalUrl,
    connector: onboarding.connector,
    clientId: onboarding.clientId,
    clientSecret: onboarding.clientSecret,
    clientSecretExpiresOn: onboarding.clientSecretExpiresOn,
    redirectUri: onboarding.redirectUri,
    loopbackRedirectUri: onboarding.loopbackRedirectUri,
    adminConsentUrl: onboarding.adminConsentUrl,
    tokenEndpoint: onboarding.tokenEndpoint,
    groupObjectId: onboarding.groupObjectId,
    groups: onboarding.groups,
    guests: onboarding.guests,
    inviteRedeemUrls: onboarding.inviteRedeemUrls,
    accessPackages: onboarding.accessPackages,
    notificationRules: onboarding.notificationRules,
    siemAuthorization: onboarding.siemAuthorization,
    handover: handover && {
      vaultName: handover.vaultName,
      secretName: handover.secretName,
      secretUri: handover.secretUri,
    },
    azureDelegation: delegation && { scope: delegation.scope, roles: delegation.roles },
    nextSteps: onboarding.nextSteps,
  });
};

/** A mistake in the settings is the user's: the engine shows a RunError without a stack trace. */
function readSettings() {
  const { values, secretKeys } = stackConfiguration();
  try {
    return parseSettings(values, secretKeys, process.env);
  } catch (error) {
    throw error instanceof VisibleError ? new pulumi.RunError(error.message) : error;
  }
}
