/**
 * The packages that only trying and testing need. `npx mssp init` puts them into a repository of
 * customers.
 */
import type * as engine from "@defender-mssp/engine";
import type * as plugins from "@defender-mssp/plugins";
import type * as sandbox from "@defender-mssp/sandbox";
import { optionalPackage } from "../../base/installation";

/** @throws VisibleError where it is not installed, or of another version. */
export function enginePackage(): typeof engine {
  return optionalPackage("@defender-mssp/engine") as typeof engine;
}

/** @throws VisibleError where it is not installed, or of another version. */
export function sandboxPackage(): typeof sandbox {
  return optionalPackage("@defender-mssp/sandbox") as typeof sandbox;
}

/** The sandbox's package brings it. @throws VisibleError where that is not installed, or of another version. */
export function pluginsPackage(): typeof plugins {
  return optionalPackage("@defender-mssp/plugins", "@defender-mssp/sandbox") as typeof plugins;
}
