/** UUIDs, as Entra writes the IDs of tenants and objects. Imports nothing: command lines load it. */

/** Whether a value is a UUID, in any case. */
export function isUuid(value: string): boolean;
export function isUuid(value: unknown): value is string;
export function isUuid(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}
