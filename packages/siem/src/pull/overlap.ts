import { minuteMs } from "@defender-mssp/errors/time";

/**
 * How far back each pull begins behind the newest item known, in milliseconds: services show
 * them late.
 */
export const overlap = 10 * minuteMs;
