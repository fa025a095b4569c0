/** The functions of azuread that the stand-in has. */
import type { AzureadFunction } from "../types";
import { getApplication } from "./getApplication";
import { getApplicationPublishedAppIds } from "./getApplicationPublishedAppIds";
import { getClientConfig } from "./getClientConfig";
import { getDomains } from "./getDomains";
import { getGroup } from "./getGroup";
import { getServicePrincipal } from "./getServicePrincipal";
import { getUser } from "./getUser";

export const functions: readonly AzureadFunction[] = [
  getApplication,
  getApplicationPublishedAppIds,
  getClientConfig,
  getDomains,
  getGroup,
  getServicePrincipal,
  getUser,
];
