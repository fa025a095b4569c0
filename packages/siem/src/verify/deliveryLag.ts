/** Checks of what `alerts` has delivered, by its checkpoint: the lag, and the count beside hunting. */
import { applicationTokens, ServiceError, type AlertApi } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { adviceOnProfile } from "../connector/profileAdvice";
import { reader } from "../connector/reader";
import { lossesIn } from "../pull/coverage";
import { countDeliveries, type CountResult } from "../deliveryCount/countDeliveries";
import { coverageLines } from "../deliveryCount/coverageLines";
import { readPositions } from "../pull/readPositions";
import { connectorEnvironment } from "../tokens/credentials";
import { failed, notChecked, passed, type Check } from "./check";
import { reasonOf, type VerifyContext } from "./context";

/** The newest alerts of alerts_v2. */
export interface NewestAlerts {
  /** Times of creation, in milliseconds since 1970. */
  readonly times: readonly number[];
  readonly hasMore: boolean;
}

/**
 * How far the delivery is behind alerts_v2: the age of the oldest alert that no run has read, in
 * milliseconds; 0: none.
 * @param readUntil everything before was read
 */
export function lagBehind({ times, hasMore }: NewestAlerts, readUntil: number, now: number): number {
  const open = times.filter((time) => time > readUntil);
  if (open.length === 0) return 0;
  const oldest = open.length === times.length && hasMore ? readUntil : Math.min(...open);
  return Math.max(0, now - oldest);
}

/** Why nothing is counted where the check of alerts_v2 has failed. */
export const unreadable = "not checked: alerts_v2 does not answer the connector";

/** Nothing where no checkpoint is named. */
export async function deliveryLag(context: VerifyContext, newest: NewestAlerts | undefined): Promise<readonly Check[]> {
  const name = "delivery";
  const { connector, now } = context;
  const api = countedApi(context);
  const checkpoint = context.checkpointFor(api);
  if (checkpoint === undefined) return [];
  try {
    const positions = await readPositions(checkpoint, { tenantId: connector.tenantId, api });
    if (positions.length === 0) return [notChecked(name, `not checked: ${checkpoint} does not exist`)];
    const upTo = positions.map(({ position }) => position.cursor.since).sort()[0] ?? "";
    const place = `read up to ${upTo}`;
    if (newest === undefined || api !== "graph") return [passed(name, place)];
    const lags = positions.map(({ position }) => lagBehind(newest, Date.parse(position.cursor.since), now.getTime()));
    const seconds = Math.round(Math.max(...lags) / 1000);
    const behind = seconds === 0 ? "nothing newer" : `the oldest newer alert is ${seconds} seconds old`;
    return [{ ...passed(name, `${place}; ${behind}`), facts: { lagSeconds: seconds } }];
  } catch (error) {
    return [failed(name, reasonOf(error))];
  }
}

/**
 * Nothing where no count is asked for.
 * @param isRefused alerts_v2 refuses the connector, which its own check says
 */
export async function coverage(context: VerifyContext, isRefused: boolean): Promise<readonly Check[]> {
  if (context.coverage === undefined) return [];
  const name = "coverage";
  const { connector, credential, program } = context;
  if (credential instanceof VisibleError) return [notChecked(name, "not checked: requires the connector's credential")];
  if (isRefused) return [notChecked(name, unreadable)];
  const api = countedApi(context);
  try {
    const result = await counted(context, api);
    return [checkFrom(name, result, context, api)];
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    if (!(error instanceof ServiceError)) return [failed(name, reasonOf(error))];
    const advice = adviceOnProfile(error, "hunt", { program }, reader(connector));
    const text = [reasonOf(error), ...(advice === undefined ? [] : [advice])].join(" ");
    return [error.status === 403 ? notChecked(name, `not permitted: ${text}`) : failed(name, text)];
  }
}

function counted(context: VerifyContext, api: AlertApi): Promise<CountResult> {
  const { connector, credential, endpoints, environment, now } = context;
  const { tenantId, clientId } = connector;
  const checkpoint = context.checkpointFor(api);
  if (checkpoint === undefined || credential instanceof VisibleError) return Promise.resolve({ state: "noCheckpoint" });
  const credentials = () => connectorEnvironment(clientId, credential, environment);
  const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints });
  const readsAlerts = connector.alertApis.includes("graph");
  const length = context.coverage?.length;
  return countDeliveries({ checkpoint, tenantId, api, endpoints, tokens, readsAlerts, now: now.getTime(), length });
}

function checkFrom(name: string, result: CountResult, { program, checkpointFor }: VerifyContext, api: AlertApi): Check {
  switch (result.state) {
    case "noCheckpoint":
      return notChecked(
        name,
        `not checked: ${checkpointFor(api) ?? "the checkpoint"} does not exist; \`${program} alerts\` writes it`,
      );
    case "noIds":
      return notChecked(
        name,
        `not checked: the checkpoint has no IDs; the count begins with the next run of \`${program} alerts\``,
      );
    case "tooEarly":
      return notChecked(
        name,
        `not checked: the first hour can be counted from ${new Date(result.from).toISOString()} on`,
      );
    case "counted": {
      const losses = result.coverages.reduce((sum, count) => sum + lossesIn(count), 0);
      const text = result.coverages.flatMap((count) => coverageLines(count, program)).join("\n");
      const check = losses > 0 ? failed(name, text) : passed(name, text);
      return { ...check, facts: { coverage: result.coverages } };
    }
  }
}

/** What `alerts` reads, if nobody names an API. */
function countedApi({ connector }: VerifyContext): AlertApi {
  return connector.alertApis.includes("graph") ? "graph" : "legacySiem";
}
