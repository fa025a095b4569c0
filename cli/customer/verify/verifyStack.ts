/** `mssp verify --stack`: every check, also those that need the stack or the automation. */
import { VisibleError } from "@defender-mssp/errors";
import { rereads } from "../../tenant/rereads";
import { withNotYet } from "../../access/connector/notYet";
import { failed, notChecked, type Check } from "@defender-mssp/siem/verify/check";
import { credentialExpiry, portal } from "@defender-mssp/siem/verify/connectorChecks";
import { checksAsSiem } from "@defender-mssp/siem/verify/verifyConnector";
import { retirementsCheck } from "@defender-mssp/siem/verify/retirementsCheck";
import { dateOf, hasOneView, type Ending } from "@defender-mssp/microsoft";
import { stackEndings } from "../../../domain/stackEndings";
import { readStackSettings } from "../../../settings/fromFile";
import { readDeployment, type Deployment } from "../../stack/deployment";
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
  const { checks, legacy } = await checksAsSiem(context);
  const twice = (look: () => Promise<Check>): Promise<Check> => readTwice(look, options.environment);
  const governance = await governanceRelationship(context, options);
  const { stack, folder, environment } = options;
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
    retirementsCheck(await stackRetirements(context, options, deployment)),
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

/** The settings alone say what people reach; the next `up` reports settings that are not valid. */
async function stackRetirements(
  { connector, now }: StackVerifyContext,
  { stack, folder, environment }: StackContextOptions,
  deployment: Deployment,
): Promise<readonly Ending[]> {
  const settings = await readStackSettings(stack, { folder, environment }).catch((error: unknown) => {
    if (!(error instanceof VisibleError)) throw error;
  });
  const { azureDelegation, sentinelAccess } = settings ?? {};
  const today = dateOf(now);
  return stackEndings({ connector, azureDelegation, sentinelAccess }, today, deploymentRestsOn(deployment));
}
