import { ServiceError } from "@defender-mssp/errors";
import type { KindTenant } from "./kindCalls";

/**
 * Lists eligibilities of Privileged Identity Management. A tenant without its licence has none: Entra
 * removes them when the licence ends, and answers no such call.
 * https://learn.microsoft.com/entra/id-governance/licensing-fundamentals#what-happens-to-pim-when-a-license-expires
 * @throws ServiceError
 */
export async function eligibilitySchedules<Schedule>(
  { list }: Pick<KindTenant, "list">,
  path: string,
): Promise<readonly Schedule[]> {
  try {
    return await list<Schedule>(path);
  } catch (error) {
    if (error instanceof ServiceError && error.serviceCode === "AadPremiumLicenseRequired") return [];
    throw error;
  }
}
