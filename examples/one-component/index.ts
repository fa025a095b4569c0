/** One component: the application by which the MSSP's SIEM reads a customer's alerts. */
import * as pulumi from "@pulumi/pulumi";
import { customerTenant, deployedResources, deployedSecrets, SiemConnector } from "defender-mssp";

export = async () => {
  const config = new pulumi.Config();
  const tenantId = config.require("tenantId");
  // Read before anything is declared: the rotation of the client secret is planned by the dates of
  // the deployed ones.
  const deployed = await deployedResources();
  const provider = await customerTenant("customer", tenantId);
  const siem = new SiemConnector(
    "siem",
    {
      customerName: config.require("customerName"),
      tenantId,
      deployedSecrets: deployedSecrets("siem", deployed),
    },
    { provider },
  );
  return { clientId: siem.clientId, clientSecret: siem.clientSecret, connector: siem.description };
};
