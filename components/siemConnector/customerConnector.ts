import type { ConnectorAccess } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import { manualCalls, type DefenderCalls } from "../defenderCalls";
import { RedirectUri } from "./redirectUri";
import { DefenderSiemAuthorization } from "./siemAuthorization";
import { SiemConnector, type SiemConnectorArgs } from "./siemConnector";
import { siemResource } from "../../domain/resourceNames";

export interface CustomerConnectorArgs extends SiemConnectorArgs {
  readonly access: ConnectorAccess;
  readonly customerDomain: pulumi.Input<string>;
  readonly msspTenantId: pulumi.Input<string>;
  readonly defenderCalls?: DefenderCalls;
}

/** The connector of a customer, and what it needs in addition by its settings. */
export interface CustomerConnector {
  readonly connector: SiemConnector;
  /** Undefined for the MSSP's own application: its registration is in another tenant. */
  readonly redirect: RedirectUri | undefined;
  /** Undefined unless the connector reads the legacy alert API. */
  readonly authorization: DefenderSiemAuthorization | undefined;
}

/** Declares the SIEM connector, its redirect URI and its authorization for the legacy alert API. */
export function declareCustomerConnector(
  name: string,
  args: CustomerConnectorArgs,
  opts: pulumi.ComponentResourceOptions,
): CustomerConnector {
  const connector = new SiemConnector(siemResource(name), args, opts);
  return {
    connector,
    redirect: redirectTo(name, args, connector, opts),
    authorization: authorize(name, args, connector, opts),
  };
}

function redirectTo(
  name: string,
  { customerDomain, access, omit = [] }: CustomerConnectorArgs,
  { applicationId }: SiemConnector,
  opts: pulumi.ComponentResourceOptions,
): RedirectUri | undefined {
  if (omit.includes("redirectUri")) return undefined;
  if (access.kind !== "customerApp" || applicationId === undefined) return undefined;
  return new RedirectUri(
    `${siemResource(name)}-redirect`,
    { applicationId, domain: customerDomain, loopbackPort: access.loopbackRedirectPort },
    opts,
  );
}

function authorize(
  name: string,
  { access, tenantId, msspTenantId, defenderCalls = manualCalls }: CustomerConnectorArgs,
  connector: SiemConnector,
  opts: pulumi.ComponentResourceOptions,
): DefenderSiemAuthorization | undefined {
  if (!(access.alertApis as readonly string[]).includes("legacySiem")) return undefined;
  return new DefenderSiemAuthorization(
    `${siemResource(name)}-authorization`,
    { tenantId, applicationId: connector.clientId, msspTenantId, ...defenderCalls },
    // Only an existing application can be authorized: it is authorized last and withdrawn first.
    { parent: opts.parent, dependsOn: [connector] },
  );
}
