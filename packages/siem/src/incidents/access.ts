/** How the incidents of a customer are reached. */
import type { IncidentSourceOptions } from "./incidentSource";

/** What calls of the connector need. */
export type IncidentAccess = Pick<IncidentSourceOptions, "endpoints" | "tenantId" | "tokens">;
