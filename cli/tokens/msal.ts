/** The types of msal that are used here; the library itself is loaded only where somebody signs in. */
export type { AuthenticationResult } from "@azure/msal-node";

/** What the confidential and the public client application have in common. */
export interface ClientApplication {
  getTokenCache(): { serialize(): string };
}
