/** The Chromium of the browser's tests: Debian's package, or the one that the variable CHROMIUM names. */
import { accessSync, constants } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** A browser; undefined, with a line that says so, where no Chromium is installed. */
export async function launchChromium(): Promise<Browser | undefined> {
  const executablePath = chromiumFile();
  if (executablePath === undefined) {
    console.log("      skipped: no Chromium here. Install Debian's package chromium, or set CHROMIUM.");
    return undefined;
  }
  // Root may not use Chromium's sandbox; the pages are the tests' own.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

function chromiumFile(): string | undefined {
  const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return places.find((place) => {
    try {
      accessSync(place ?? "", constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
