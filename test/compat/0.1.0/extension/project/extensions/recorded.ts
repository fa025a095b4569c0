import * as azuread from "@pulumi/azuread";
import type { Extension } from "./index";

export const extend: Extension = ({ settings, provider }) => {
  const displayName = "On call for " + settings.customerName;
  new azuread.Group("on-call", { displayName, securityEnabled: true }, { provider });
};
