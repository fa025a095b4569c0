/** The governance relationship of the model `governance`, read as the automation. */
import { clockFrom, request, type GraphCall } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { readStackSettings } from "../../settings/fromFile";
import { stateOf } from "../governance/run";
import { failed, passed, type Check } from "./check";
import { asAutomation, automationToken, type VerifyContext } from "./context";
import type { ContextOptions } from "./contextOf";

/** Whether the relationship is active and grants what the settings say; none with another model. */
export async function governanceRelationship(context: VerifyContext, options: ContextOptions): Promise<Check[]> {
  const { stack } = context.connector;
  const { folder, environment = process.env } = options;
  // The next `up` reports invalid settings; this command checks what is deployed.
  const settings = await readStackSettings(stack, { ...(folder === undefined ? {} : { folder }), environment }).catch(
    (error: unknown) => {
      if (error instanceof VisibleError) return undefined;
      throw error;
    },
  );
  if (settings?.portalAccess.model !== "governance") return [];
  const name = "governance relationship";
  const check = await asAutomation(name, async () => {
    const { graphEndpoint } = context.endpoints;
    const token = await automationToken(context, graphEndpoint);
    const call: GraphCall = (path, options = {}) => request(`${graphEndpoint}${path}`, { ...options, token });
    const { state, found, next, differences } = await stateOf(stack, settings, call, clockFrom(environment)());
    if (state === "active") return passed(name, `${found}, and grants what the settings say`);
    return failed(name, [found, ...differences, next].join("; "));
  });
  return [check];
}
