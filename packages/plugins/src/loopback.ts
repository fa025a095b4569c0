/** The stand-in plugins call the sandbox only. */
import { VisibleError } from "@defender-mssp/errors";

/** Refuses an address of another machine. `plugin`: its name; `what`: the source of the address. */
export function refuseOtherHost(plugin: string, what: string, url: string): void {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)) return;
  const named = host === "" ? "names no host" : `names ${host}`;
  throw new VisibleError(
    `The sandbox's stand-in ${plugin} plugin works against this machine only, and ${what} ${named}. ` +
      "Start the sandbox with `npx mssp sandbox run -- …`, or use the official plugin for a real tenant.",
  );
}
