/** The engine that `ensureEngine` found or installed. */

/** The engine's origin; `found`: not installed by this program. */
export type EngineSource = "download" | "build" | "found";

export interface Engine {
  /** Without a leading `v`. */
  version: string;
  /** `<home>/versions/<version>` */
  folder: string;
  /** The `pulumi` program. */
  executable: string;
  source: EngineSource;
  /** `official` came with the download; `own` is the one of packages/engine/src/languageHost. */
  languageHost: "official" | "own";
  /** Whether this call installed anything. */
  changed: boolean;
}
