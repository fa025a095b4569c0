/**
 * Filled in when the host is bundled (see ../languageHostFiles.ts); absent when the sources run as
 * they are.
 */
declare const ENGINE_VERSION: string | undefined;

/**
 * The version of the engine that this host was made for, as the official host gives it: without a
 * leading `v`.
 */
export const hostVersion = typeof ENGINE_VERSION === "string" ? ENGINE_VERSION : "3.0.0-dev";
