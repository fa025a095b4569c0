/** A customer's tenant on the sandbox with an application of her own, an MSSP, and a second company. */
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import type { ErrorOutput, Output, Session } from "@defender-mssp/terminal/session";
import { graphCall, microsoftGraph, type GraphCall } from "@defender-mssp/microsoft";
import { startSandbox, type OwnSandbox, type SandboxOptions } from "@defender-mssp/sandbox";
import {
  addApplication,
  addConsentedServicePrincipal,
  assignInAzure,
  newFolder,
  tenantId,
  trustCertificates,
  type Tenant,
} from "@defender-mssp/testkit";
import { watchPermissions } from "../src/access/permissions";
import { run } from "../src/run";

export const adatumTenantId = "ada70000-0000-4000-8000-000000000001";
const watchId = "3a7c4000-0000-4000-8000-000000000001";
const secret = "secret-of-the-customers-own-application";

export interface WatchedTenant {
  readonly sandbox: OwnSandbox;
  readonly tenant: Tenant;
  /** Folder of the looks. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Graph by the MSSP's automation. */
  readonly automation: GraphCall;
  /** Runs a command line as the customer. */
  readonly watch: (...args: string[]) => Promise<{ code: number; out: string; err: string }>;
  readonly invite: (address: string) => Promise<string>;
  /** Gives her application the role Reader on the subscriptions. */
  readonly readAzure: () => void;
  readonly stop: () => Promise<void>;
}

/** @param permissions of her application. Default: all of the table */
export async function watchedTenant(
  permissions: readonly string[] = watchPermissions.map(({ name }) => name),
  options: Pick<SandboxOptions, "clock" | "log"> = {},
): Promise<WatchedTenant> {
  const folder = newFolder();
  const sandbox = await startSandbox({
    home: newFolder(),
    sharesSigningKey: true,
    tenants: [
      { tenantId, displayName: "Contoso", domain: "contoso.com" },
      { tenantId: adatumTenantId, displayName: "Adatum", domain: "adatum.example" },
    ],
    ...options,
  });
  const { cloud } = sandbox;
  const tenant = cloud.tenant(tenantId);
  const application = { applicationId: watchId, displayName: "Own look", signInAudience: "AzureADMyOrg" } as const;
  addApplication(tenant, application);
  const known = permissions.filter((name) => name in microsoftGraph.appRoles);
  const own = { ...application, homeTenantId: tenantId };
  const principal = addConsentedServicePrincipal(tenant, own, { [microsoftGraph.appId]: known });
  cloud.acceptPassingSecret(secret, watchId);
  const { variables } = await sandbox.environment({ user: {} });
  trustCertificates(variables["NODE_EXTRA_CA_CERTS"]);
  const environment = { ...variables, ARM_TENANT_ID: tenantId, ARM_CLIENT_ID: watchId, ARM_CLIENT_SECRET: secret };
  const automation = await graphCall(tenantId, { environment: variables });
  const watch = async (...args: string[]) => {
    const [out, err] = [new Recorded(), new Recorded()];
    const session: Session = {
      environment,
      folder,
      out,
      err,
      ask: undefined as never,
      input: new PassThrough(),
      now: () => cloud.now(),
      signals: new EventEmitter(),
      exitCode: undefined,
      endNow: () => undefined,
    };
    await run(args, session);
    return { code: session.exitCode ?? 0, out: out.text, err: err.text };
  };
  const invite = async (address: string): Promise<string> => {
    const json = {
      invitedUserEmailAddress: address,
      inviteRedirectUrl: "https://x.example",
      sendInvitationMessage: false,
    };
    const { body } = await automation("/v1.0/invitations", { method: "POST", json });
    return (body as { readonly invitedUser: { readonly id: string } }).invitedUser.id;
  };
  return {
    sandbox,
    tenant,
    folder,
    environment,
    automation,
    watch,
    invite,
    readAzure: () => assignInAzure(tenant, principal.id, "Reader"),
    stop: () => sandbox.stop(),
  };
}

class Recorded implements Output, ErrorOutput {
  readonly isTerminal = false;
  readonly columns = Infinity;
  readonly stream = new PassThrough();
  text = "";

  write(text: string): void {
    this.text += text;
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  note(text: string): void {
    this.line(`mssp: ${text}`);
  }
}
