/** The alert APIs that files for a SIEM product name: never one that has ended. */
import { endingSentence, endings, retirement, dateOf, type AlertApi, type Ending } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import type { SiemProduct } from "./products";

export interface WrittenApis {
  readonly alertApis: readonly AlertApi[];
  /** What was left out, and why, for people. */
  readonly notes: readonly string[];
}

/**
 * Leaves out what has ended. What may have ended is left out, too, unless somebody asks for it.
 *
 * @param asksForLegacy `--api legacySiem`: also what may be off.
 * @throws VisibleError where nothing is left to write.
 */
export function writtenApis(
  product: SiemProduct,
  connector: Connector,
  asksForLegacy: boolean,
  now: Date,
): WrittenApis {
  const today = dateOf(now);
  const left = connector.alertApis.flatMap((api) => {
    const [ending] = endings({ alertApis: [api] }, today);
    const isLeftOut = ending?.level === "over" || (ending?.level === "perhapsOver" && !asksForLegacy);
    return ending !== undefined && isLeftOut ? [{ api, ending }] : [];
  });
  const [first] = left;
  if (first === undefined) return { alertApis: connector.alertApis, notes: [] };
  const alertApis = connector.alertApis.filter((api) => !left.some((leftOut) => leftOut.api === api));
  const isWithout = alertApis.length === 0 || (product === "arcsight" && first.api === "legacySiem");
  const who = shownConnector(connector);
  if (isWithout) throw new VisibleError(`Nothing to write for ${who}: ${leftOutText(first.ending, product)}`);
  return { alertApis, notes: left.map(({ ending }) => `Left out for ${who}: ${leftOutText(ending, product)}`) };
}

function leftOutText(ending: Ending, product: SiemProduct): string {
  const instead =
    product === "arcsight"
      ? "ArcSight reads no other API by these files: forward the alerts with `alerts --format cef`."
      : `Successor: ${ending.successor}. ${retirement("mde-siem-api").remedy}`;
  const nevertheless = ending.level === "perhapsOver" ? " --api legacySiem writes it nevertheless." : "";
  return `${endingSentence(ending)} ${instead}${nevertheless}`;
}
