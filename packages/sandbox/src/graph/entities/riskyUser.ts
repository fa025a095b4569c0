/** https://learn.microsoft.com/graph/api/resources/riskyuser. Changed by actions only. */
import { boolean, computed, dateTime, readOnly, string, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

const riskyUser: EntityProperties = {
  id: string({ ...computed }),
  isDeleted: boolean({ ...readOnly, default: false }),
  isProcessing: boolean({ ...readOnly, default: false }),
  riskLastUpdatedDateTime: dateTime(readOnly),
  riskLevel: string(readOnly),
  riskState: string(readOnly),
  riskDetail: string(readOnly),
  userDisplayName: string(readOnly),
  userPrincipalName: string(readOnly),
};

export const riskyUserSets = {
  riskyUsers: plainSet("riskyUser", riskyUser, { path: "identityProtection/riskyUsers" }),
};
