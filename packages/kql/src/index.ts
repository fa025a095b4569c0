/** Judges and runs Kusto queries without a tenant. */
export { packageName } from "./packageName";
