/** What `ensureEngine` has found or put onto the machine. */

/** How the engine came to be where it is; `found`: by something else than this program. */
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
  /** Whether this call has put anything there. */
  changed: boolean;
}
