/** The functions that the plugin offers. The schema is generated from their signatures. */
import { getPermissions } from "./getPermissions";
import { getTenant } from "./getTenant";

export const exposedFunctions = { getPermissions, getTenant } as const;
export type ExposedFunctionName = keyof typeof exposedFunctions;
