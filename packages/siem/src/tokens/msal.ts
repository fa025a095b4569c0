/** The types of msal in use here. The library itself is loaded only for a sign-in. */
export type { AuthenticationResult } from "@azure/msal-node";

/** What confidential and public client applications share. */
export interface ClientApplication {
  getTokenCache(): { serialize(): string };
}
