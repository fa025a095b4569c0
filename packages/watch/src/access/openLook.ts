/** Options of every look, and what they open: the tenant, the MSSP, the hand-out. */
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { dayMs } from "@defender-mssp/errors/time";
import { customerAzure, tenantReader, type TenantReader } from "@defender-mssp/tenant";
import type { Session } from "@defender-mssp/terminal/session";
import { openCustomer, type SignedInCustomer } from "./customer";
import { domainTenants, type DomainTenants } from "./domainTenants";
import { readHandOut, type HandOut } from "./handOut";
import { nameMssp, withVerifiedDomains } from "./mssp";

export interface LookOptions {
  readonly mssp?: readonly string[];
  readonly handOut?: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly clientId?: string;
}

export function addLookOptions(command: Command): Command {
  return command
    .option("--mssp <domain...>", "the MSSP: a domain or the tenant ID; several for several tenants of one company")
    .option("--hand-out <file>", "the MSSP's signed hand-out, which ends with .dsse.json: what was agreed to")
    .option(
      "--key <file or fingerprint>",
      "the MSSP's public key, from elsewhere than the MSSP's mail: who must have signed",
    )
    .option("--tenant <domain or ID>", "your own tenant (default: ARM_TENANT_ID, or that of `az login`)")
    .option("--client-id <ID>", "sign in by a browser, with a public client of your tenant");
}

export interface OpenLook {
  readonly customer: SignedInCustomer;
  readonly tenant: TenantReader;
  readonly domains: DomainTenants;
  readonly handOut: HandOut | undefined;
  /** What the reader must know first: a sentence each. */
  readonly notes: readonly string[];
}

/** A hand-out that is older than this, in days, may describe what was agreed to before. */
const staleAfter = 180;

/** @throws VisibleError where tenant, MSSP or hand-out can't be used, or the MSSP's own identity would look */
export async function openLook(options: LookOptions, session: Session): Promise<OpenLook> {
  const customer = await openCustomer(options, session);
  const { tenantId, endpoints, call } = customer;
  const { environment, folder } = session;
  const handOut =
    options.handOut === undefined
      ? undefined
      : await readHandOut(options.handOut, folder, { tenantId, key: options.key });
  const named = await nameMssp({ tenantId, names: options.mssp ?? [], handOut, endpoints });
  const domains = domainTenants(endpoints);
  const owner = await withVerifiedDomains(named, call, domains);
  const openAzure = () => customerAzure({ tenantId }, { environment, endpoints });
  const tenant = tenantReader({
    call,
    owner,
    graphUrl: endpoints.graphEndpoint,
    // A person's token is for Graph alone.
    openAzure: options.clientId === undefined ? openAzure : undefined,
  });
  await refuseMssp(tenant, customer);
  return {
    customer,
    tenant,
    domains,
    handOut,
    notes: [...handOutNotes(handOut, options, session.now()), ...signInNotes(customer)],
  };
}

/** A look by an application of the MSSP's would be the MSSP's word again. */
async function refuseMssp({ list, owner }: TenantReader, { appId }: SignedInCustomer): Promise<void> {
  if (appId === undefined) return;
  const { servicePrincipalsPath, isMsspTenant } = await import("@defender-mssp/tenant");
  const { isCallError } = await import("@defender-mssp/errors");
  const entries = await list<{ readonly appId: string; readonly appOwnerOrganizationId?: string | null }>(
    servicePrincipalsPath,
  ).catch((error: unknown) => {
    if (isCallError(error)) return [];
    throw error;
  });
  const own = entries.find((entry) => entry.appId.toLowerCase() === appId.toLowerCase());
  if (isMsspTenant(owner, own?.appOwnerOrganizationId))
    throw new VisibleError(
      `You are signed in by application ${appId}, which is of the MSSP's tenant. Sign in with an application of your own: \`application\` prints a script that makes one.`,
    );
}

function handOutNotes(handOut: HandOut | undefined, { key }: LookOptions, now: Date): string[] {
  if (handOut === undefined) return [];
  const days = Math.floor((now.getTime() - Date.parse(handOut.signedOn)) / dayMs);
  return [
    ...(key === undefined
      ? [
          `The hand-out is signed by the key ${handOut.keyId}. Compare it with the one that the MSSP named to you before, or pass --key.`,
        ]
      : []),
    ...(days > staleAfter ? [`The hand-out was signed ${days} days ago: ask the MSSP for a new one.`] : []),
  ];
}

function signInNotes({ isAzureCli }: SignedInCustomer): string[] {
  if (!isAzureCli) return [];
  return [
    "You look with `az login`. Its fixed permissions do not read Conditional Access, access packages, Defender roles, detection rules and the log of Microsoft Defender: " +
      "these are not looked at. Its token may also write, as far as your role allows. An application of your own, which only reads, sees all: `application`.",
  ];
}
