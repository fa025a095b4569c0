/** What `index.ts` loads when the first page is asked for. */
export { contentSecurityPolicy } from "@defender-mssp/pages";
export { overviewPage } from "./overview";
export { tenantPage } from "./tenant";
