/** The functions of azuread that the stand-in has. */
import type { AzureadFunction } from "../types";
import { getApplication } from "./getApplication";
import { getClientConfig } from "./getClientConfig";
import { getServicePrincipal } from "./getServicePrincipal";
import { getUser } from "./getUser";

export const functions: readonly AzureadFunction[] = [getApplication, getClientConfig, getServicePrincipal, getUser];
