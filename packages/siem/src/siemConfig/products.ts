/** The SIEM products that `siem-config` has files for. */
export const siemProducts = ["splunk", "arcsight", "sentinel", "elastic"] as const;

export type SiemProduct = (typeof siemProducts)[number];
