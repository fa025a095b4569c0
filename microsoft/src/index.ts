/** Microsoft's identifiers, clouds and wire shapes, and the clients for Graph and Defender. No Pulumi in here. */
export * from "./identifiers.js";
export * from "./clouds.js";
export * from "./http.js";
export * from "./endpoints.js";
export * from "./token.js";
export * from "./tokenSource.js";
export type * from "./graph/types.js";
export type * from "./defender/alerts.js";
export * from "./defender/alertRecord.js";
export * from "./defender/readAlerts.js";
export * from "./defender/siemAuthorization.js";
export * from "./defender/siemAuthorizationResource.js";
export * from "./keyVaultSecrets.js";
