/** Microsoft's identifiers, clouds and wire shapes, and the clients for Graph and Defender. No Pulumi in here. */
export * from "./identifiers.js";
export * from "./clouds.js";
export * from "./http.js";
export * from "./endpoints.js";
export * from "./clock.js";
export * from "./token.js";
export { withoutUndefined, type CallContext } from "./resource.js";
export type * from "./graph/types.js";
export type * from "./defender/alerts.js";
export * from "./defender/siemAuthorization.js";
export * from "./defender/siemAuthorizationResource.js";
export * from "./graph/servicePrincipalResource.js";
export * from "./graph/appRoleGrantResource.js";
export * from "./graph/appManagementPolicy.js";
