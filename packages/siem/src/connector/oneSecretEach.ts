/** A client secret goes to one application only: to any other tenant it would be handed over. */
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { Environment } from "@defender-mssp/microsoft";
import type { CredentialPlace } from "./connector";
import type { UnreadConnector } from "./connectorSource";
import { credentialWays, type CredentialOptions } from "./credentialOptions";

/** Names of customers in an error. */
const mostNames = 10;

/**
 * Reads the connection files, and refuses those that would send one client secret to several
 * applications. A certificate or a federated token may be shared: what it signs names the tenant.
 * A file that can't be read fails when its own turn comes.
 * @throws VisibleError
 */
export async function oneSecretEach(
  customers: readonly UnreadConnector[],
  { clientSecretFile }: CredentialOptions,
  environment: Environment,
): Promise<readonly UnreadConnector[]> {
  const read = await Promise.all(customers.map((customer) => customer.read().catch(() => undefined)));
  const connectors = read.filter((connector) => connector?.credential === "secret").filter((it) => it !== undefined);
  const shared = sharedPlace({ clientSecretFile }, environment);
  refuseSharing(
    connectors.map((connector) => {
      const own = connector.connection && placeText(connector.connection.credentialPlace);
      return { ...connector, own, place: shared ?? own };
    }),
  );
  return customers;
}

/** The place of the client secret that options or environment name for every customer. */
export function sharedPlace({ clientSecretFile }: CredentialOptions, environment: Environment): string | undefined {
  if (clientSecretFile !== undefined) return "--client-secret-file";
  const { variable } = credentialWays.secret;
  return environment[variable] ? placeText({ fileVariable: variable }) : undefined;
}

/** A connection file or a stack with a client secret, and where the secret comes from. */
interface SecretUse {
  readonly stack: string;
  readonly clientId: string;
  /** The place that the file names; undefined for a stack, which has the secret in its outputs. */
  readonly own: string | undefined;
  /** The place that applies. */
  readonly place: string | undefined;
}

/** @throws VisibleError where several applications have one place. */
export function refuseSharing(uses: readonly SecretUse[]): void {
  const places = new Map<string | undefined, SecretUse[]>();
  for (const use of uses) places.set(use.place, [...(places.get(use.place) ?? []), use]);
  for (const [place, users] of places) {
    if (place === undefined || new Set(users.map(({ clientId }) => clientId.toLowerCase())).size < 2) continue;
    const names = users.slice(0, mostNames).map(({ stack }) => stack);
    const more = users.length > mostNames ? `, and ${users.length - mostNames} more` : "";
    const isOfFiles = users.some(({ own }) => own !== undefined);
    const remedy = users.every(({ own }) => own === place)
      ? "Give each a place of its own:\n" +
        "  npx mssp connection --all --out <folder> --credential '/etc/mssp/{stack}.secret'"
      : `Leave it out, so that ${isOfFiles ? "the place of each file" : "the secret of each stack"} applies.`;
    throw new VisibleError(
      `${users.length} ${isOfFiles ? "connection files" : "stacks"} take their client secret from ${place}, which can name one: ` +
        `${names.join(", ")}${more}. ${remedy}`,
    );
  }
}

/** Words for the place of a credential, the same for the same place. */
export function placeText(place: CredentialPlace): string {
  if ("keyVaultSecret" in place) return `the Key Vault secret ${place.keyVaultSecret}`;
  return "file" in place ? `the file ${path.normalize(place.file)}` : `the variable ${place.fileVariable}`;
}
