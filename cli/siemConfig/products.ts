/** The products there are files for. */
export const siemProducts = ["splunk", "arcsight", "sentinel", "elastic"] as const;

export type SiemProduct = (typeof siemProducts)[number];
