/** Microsoft's identifiers, clouds and wire shapes, and the clients for Graph and Defender. No Pulumi in here. */
export * from "./identifiers.js";
export * from "./clouds.js";
export * from "./http.js";
export * from "./endpoints.js";
export * from "./token.js";
export type { CallContext } from "./resource.js";
export type * from "./graph/types.js";
export type * from "./defender/alerts.js";
export { endpointVariable, type PortalMode } from "./defender/portalResource.js";
export * from "./defender/siemAuthorization.js";
export * from "./defender/siemAuthorizationResource.js";
export * from "./keyVaultSecrets.js";
export * from "./defender/notificationRule.js";
export * from "./defender/notificationRuleResource.js";
export * from "./defender/tiers.js";
export * from "./defender/roles.js";
export * from "./defender/roleDefinitionResource.js";
export * from "./defender/roleAssignmentResource.js";
