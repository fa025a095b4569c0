/** When the credentials of stacks expire. */
import { VisibleError } from "@defender-mssp/errors";
import { lastSegment } from "@defender-mssp/microsoft";
import { placeText } from "@defender-mssp/siem/connector/refreshToken";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { overallState } from "@defender-mssp/terminal/checkState";
import { daysLeft } from "../../access/ends/ends";
import { ends } from "../../findings/rules/ends";
import type { Place } from "../../base/place";
import { stackConnector, type StackConnector } from "../../stack/connector";
import { customerStacks } from "../../stack/customers";
import { StackNotFoundError, stackNames } from "../../stack/pulumi";
import { isCustomerStack } from "../../stack/stackNames";
import { NothingDeployed } from "../../stack/stackOutputs";
import { readTokenRecord } from "../../stack/stackRefreshToken";
import { readProject, shownStackFile } from "../../../settings/project";
import type { ExpiringSecret, StackSecrets } from "./stackSecrets";

export interface ExpiringSecretsOptions extends Place {
  /** Default: all customers. */
  readonly stack?: readonly string[];
  readonly days: number;
  readonly at: Date;
}

/** Engine processes at a time. */
const engines = 4;

/** The secrets of these stacks, or of all customers: of those, the backend need not have each yet. */
export async function secretsOfStacks({ stack, days, at, ...place }: ExpiringSecretsOptions): Promise<StackSecrets[]> {
  const stacks = stack ?? (await customerStacks(place.folder));
  return atOnce(engines, stacks, (name) => secretsOf(name, { days, at, isNamed: stack !== undefined, ...place }));
}

/** Names the backend's stacks that "all customers" do not include for lack of a settings file. */
export async function stacksWithoutSettingsNote(place: Place): Promise<string | undefined> {
  const customers = new Set(await customerStacks(place.folder));
  try {
    const others = (await stackNames(place)).filter((stack) => {
      const name = lastSegment(stack);
      return isCustomerStack(name) && !customers.has(name);
    });
    if (others.length === 0) return undefined;
    const project = await readProject(place.folder);
    const lacks = others.map((stack) => `${stack} has no ${shownStackFile(project, stack)}`);
    return `${lacks.join(", ")}; pass --stack to see ${others.length === 1 ? "it" : "them"}.`;
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return `Stacks without a settings file are not named: ${error.message}`;
  }
}

async function secretsOf(
  stack: string,
  { days, at: now, isNamed, ...place }: Omit<ExpiringSecretsOptions, "stack"> & { readonly isNamed: boolean },
): Promise<StackSecrets> {
  try {
    // Refuses the name of a settings file that is no stack's, before it is an engine's argument.
    const connector = await stackConnector(stack, place).read({ secrets: false });
    const record = await readTokenRecord(stack, place);
    const refreshToken =
      record === undefined ? undefined : { ...expiring(record.expiresOn, days, now), keptIn: placeText(record.place) };
    const credential = credentialOf(connector, (end) => expiring(new Date(end), days, now));
    const ends = [credential.clientSecret, credential.previousClientSecret, credential.certificate, refreshToken];
    const state = overallState(ends.flatMap((secret) => secret?.state ?? []));
    return { stack, state, ...credential, ...(refreshToken === undefined ? {} : { refreshToken }) };
  } catch (error) {
    const isEmpty = error instanceof NothingDeployed || (!isNamed && error instanceof StackNotFoundError);
    if (isEmpty) return { stack, state: "notChecked", note: "nothing is deployed" };
    if (!(error instanceof VisibleError)) throw error;
    return { stack, state: "failed", note: error.message, unreadable: true };
  }
}

function credentialOf(
  connector: StackConnector,
  expires: (end: string) => ExpiringSecret,
): Omit<StackSecrets, "stack" | "state"> {
  const { kind, credential, clientSecretExpiresOn, credentialExpiresOn, renewsOn, overlapEndsOn } = connector;
  if (credential === "federated") return { credential, note: "a federated credential does not expire" };
  if (kind === "msspApp") {
    return { credential, note: "of the MSSP's own application: see the MSSP's tenant" };
  }
  if (credential === "certificate") {
    if (credentialExpiresOn !== undefined) return { credential, certificate: expires(credentialExpiresOn) };
    return { credential, note: "no expiry date: run npx pulumi up to record it" };
  }
  if (clientSecretExpiresOn === undefined) return { credential, note: "no client secret in the outputs" };
  return {
    credential,
    clientSecret: { ...expires(clientSecretExpiresOn), ...(renewsOn === undefined ? {} : { renewsOn }) },
    ...(overlapEndsOn === undefined ? {} : { previousClientSecret: expires(overlapEndsOn) }),
  };
}

/** The state of a secret that expires then, by the rule of the findings. */
export function expiring(expiresOn: Date, days: number, now: Date): ExpiringSecret {
  const until = expiresOn.toISOString();
  const [found] = ends({ ends: [{ kind: "clientSecret", what: "", until, remedy: "" }], days, now });
  return {
    expiresOn: until,
    daysLeft: daysLeft(until, now),
    expired: found?.topic === "ended",
    state: found === undefined ? "passed" : "failed",
  };
}
