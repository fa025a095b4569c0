import type { DomainOwnership } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { foreignDomainText, type DomainClaim } from "../../domain/foreignDomainText";
import { isDeployedType } from "../../domain/stateTenants";
import type { DeployedResources } from "./deployedResources";

/**
 * Refuses a first deployment whose `customerDomain` is not a domain of the tenant: a settings file was
 * copied and one of the two forgotten. A stack that is deployed gets a warning: a domain can leave the
 * tenant later.
 *
 * @param claim the customer's domain and tenant in the settings.
 * @param ownership who has the domain: `await domainOwnership(customerDomain, tenantId)`.
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError that names the setting, the tenant's verified domains and what to do.
 *
 * ## Least privileges
 * None. With `Organization.Read.All` on Microsoft Graph the message lists the tenant's verified domains.
 */
export async function requireCustomerDomain(
  claim: DomainClaim,
  ownership: DomainOwnership,
  deployed: DeployedResources,
): Promise<void> {
  if (ownership.state === "own") return;
  if (ownership.state === "unknown") {
    await pulumi.log.warn(`The setting customerDomain was not compared with the tenant: ${ownership.reason}`);
    return;
  }
  const text = foreignDomainText(claim, ownership);
  const isDeployed = Object.values(deployed).some(({ type }) => isDeployedType(type));
  if (!isDeployed) throw new pulumi.RunError(`${text} Nothing was created.`);
  await pulumi.log.warn(`${text} This stack is deployed, so its operations continue.`);
}
