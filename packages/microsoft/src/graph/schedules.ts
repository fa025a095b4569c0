import { ServiceError } from "@defender-mssp/errors";
import { graphList, type GraphCall } from "./call";

/**
 * Lists eligibilities of Privileged Identity Management. A tenant without its licence has none: Entra
 * removes them when the licence ends, and answers no such call.
 * https://learn.microsoft.com/entra/id-governance/licensing-fundamentals#what-happens-to-pim-when-a-license-expires
 * @throws ServiceError
 */
export async function listSchedules<Schedule>(
  call: GraphCall,
  path: string,
  list: (call: GraphCall, path: string) => Promise<Schedule[]> = graphList,
): Promise<Schedule[]> {
  try {
    return await list(call, path);
  } catch (error) {
    if (error instanceof ServiceError && error.serviceCode === "AadPremiumLicenseRequired") return [];
    throw error;
  }
}
