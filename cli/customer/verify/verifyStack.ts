/** `mssp verify --stack`: every check, also those that need the stack or the automation. */
import { VisibleError } from "@defender-mssp/errors";
import { rereads } from "../../tenant/rereads";
import { withNotYet } from "../../access/connector/notYet";
import { failed, notChecked, passed, type Check } from "@defender-mssp/siem/verify/check";
import { credentialExpiry, portal } from "@defender-mssp/siem/verify/connectorChecks";
import { checksAsSiem } from "@defender-mssp/siem/verify/verifyConnector";
import { retirementsCheck } from "@defender-mssp/siem/verify/retirementsCheck";
import { dateOf, hasOneView, type Ending } from "@defender-mssp/microsoft";
import { stackEndings } from "../../../domain/stackEndings";
import type { Settings } from "../../../settings";
import { readStackSettings } from "../../../settings/fromFile";
import { leaver } from "../../findings/rules/leaver";
import { readDeployment, type Deployment } from "../../stack/deployment";
import { guestsIn } from "../../stack/leavers";
import { deploymentRestsOn } from "../../stack/settingsAsDeployed";
import { findAdditions } from "../../tenant/additions/find";
import { governanceRelationship } from "./governance";
import { stackContextOf, type StackContextOptions, type StackVerifyContext } from "../../access/connector/stackContext";
import { consent, endOfChanges, notificationRules, redirectUri } from "./tenant";
import { authorization } from "../../access/connector/authorization";

/**
 * Runs every check. A missing stack, or another reason that no check can run, is one failed check
 * and no error.
 */
export async function verifyStack(options: StackContextOptions): Promise<readonly Check[]> {
  let context: StackVerifyContext;
  try {
    context = await stackContextOf(options);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return [failed("stack", error.message)];
  }
  const { stack, folder, environment } = options;
  // The next `up` reports invalid settings; this command checks what is deployed.
  const settings = await readStackSettings(stack, { folder, environment }).catch((error: unknown) => {
    if (!(error instanceof VisibleError)) throw error;
    return undefined;
  });
  const { checks, legacy } = await checksAsSiem(context);
  const twice = (look: () => Promise<Check>): Promise<Check> => readTwice(look, environment);
  const governance = settings === undefined ? [] : await governanceRelationship(context, settings, environment);
  const deployment = await readDeployment(stack, { folder, environment });
  const additions = await findAdditions({ stack, folder, environment, deployment });
  const all = [
    ...checks,
    await authorization(context, legacy),
    credentialExpiry(context),
    ...[endOfChanges(context)].filter((check) => check !== undefined),
    await twice(() => consent(context)),
    await twice(() => redirectUri(context)),
    await twice(() => notificationRules(context)),
    await portal(context),
    retirementsCheck(stackRetirements(context, settings, deployment)),
    leavers(settings, deployment),
    ...governance,
    // Its own check says more than the search for additions.
    ...additions.filter(({ name }) => !governance.some((check) => check.name === name)),
  ];
  return all.map((check) => withNotYet(check, deployment.writtenAt, options.now()));
}

/** Drift must appear in two reads, because the tenant answers from replicas. What appears in one is `changing`. */
export async function readTwice(look: () => Promise<Check>, environment: NodeJS.ProcessEnv): Promise<Check> {
  const first = await look();
  if (first.state !== "failed" || hasOneView(environment)) return first;
  await rereads(environment).apart();
  const second = await look();
  if (second.state !== "passed") return second;
  return notChecked(
    first.name,
    `changing: one of two reads found no difference, the other: ${first.reason}. Look again`,
  );
}

/** The settings alone say what people reach. */
function stackRetirements(
  { connector, now }: StackVerifyContext,
  { azureDelegation, sentinelAccess }: Partial<Settings> = {},
  deployment: Deployment,
): readonly Ending[] {
  return stackEndings({ connector, azureDelegation, sentinelAccess }, dateOf(now), deploymentRestsOn(deployment));
}

/** People whom the settings no longer name, in the words of `mssp status`. */
export function leavers(settings: Settings | undefined, { stack, resources }: Deployment): Check {
  const name = "leavers";
  const guests = guestsIn(resources);
  if (guests.length === 0) return notChecked(name, "not applicable: the stack has no guests");
  if (settings === undefined) return notChecked(name, "not checked: the settings can't be read");
  const left = leaver({ stack, settings, state: { guests } });
  if (left.length > 0) return failed(name, left.map(({ text, next }) => `${text}: ${next}`).join("; "));
  return passed(name, "the settings name each guest of the stack");
}
