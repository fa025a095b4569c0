/** The official plugin's older form of IDs: `<object ID>/<type>/<ID>`. */
import { isUuid } from "@defender-mssp/microsoft";
import { valueText } from "../protocol/values";
import type { ValueCheck } from "../schema/property";

export function subResourceId(kind: string, type: string): ValueCheck {
  return (value) => {
    const text = valueText(value);
    const [object = "", given, inner = "", ...rest] = text.split("/");
    const problem = (what: string) => `unable to parse ${kind} ID: ${what}`;
    if (given === undefined || rest.length > 0 || text.split("/").length !== 3) {
      return problem(`Object Resource ID should be in the format {objectId}/{type}/{subId} - but got "${text}"`);
    }
    if (!isUuid(object)) return problem(`Object ID isn't a valid UUID ("${object}")`);
    if (given !== type) {
      return problem(`Type in {objectID}/{type}/{subID} was expected to be ${type}, got ${given}`);
    }
    return isUuid(inner) ? undefined : problem(`Object Sub Resource ID isn't a valid UUID ("${inner}")`);
  };
}
