/** The sandbox's detections of one day, in a tenant without any object. */
import { detectionsBetween } from "@defender-mssp/testkit";

export const tenantId = "c0570500-0000-4000-8000-00000000000a";
export const now = new Date("2026-06-01T12:00:00Z");

/** @param interval milliseconds between two detections. @default the sandbox's */
export function dayOfDetections(interval?: number) {
  const none = { objects: () => new Map(), links: () => new Map(), deleted: new Map(), secretHashes: new Map() };
  return [...detectionsBetween({ id: tenantId, ...none }, new Date(now.getTime() - 86_400_000), now, now, interval)];
}
