/** Names of the variables in a sandbox's environment. This module imports nothing: each plugin's launcher loads it. */

/** Set where the sandbox's writes take time. */
export const replicasVariable = "MSSP_SANDBOX_REPLICAS";

/** Shortens all waits on a sandbox whose replicas are as much faster. */
export const timeScaleVariable = "MSSP_SANDBOX_TIME_SCALE";
