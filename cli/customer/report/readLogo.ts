/** The MSSP's logo for a page: embedded, as a page loads nothing. */
import { readFile } from "node:fs/promises";
import { fileProblem, VisibleError } from "@defender-mssp/errors";
import { fileInside } from "../../../settings/fileInside";

/** Bytes of a logo. A page with it is still small enough for a mail. */
const mostBytes = 100_000;

/**
 * Reads the file of the setting `msspLogo`.
 * @param folder the project's folder, outside of which nothing is read.
 * @returns a data URL.
 * @throws VisibleError for a file that is missing, too large, outside of the project, or no PNG or SVG.
 */
export async function readLogo(logo: string, folder: string): Promise<string> {
  const problem = (what: string) => new VisibleError(`msspLogo: ${logo} ${what}.`);
  let file: string | undefined;
  try {
    file = fileInside(folder, logo);
  } catch {
    throw problem(`does not exist in ${folder}`);
  }
  if (file === undefined) throw problem("leads out of the project");
  const content = await readFile(file).catch((error: unknown) => {
    throw problem(`can't be read: ${fileProblem(error)}`);
  });
  if (content.length > mostBytes) throw problem(`has ${content.length} bytes; at most ${mostBytes} are embedded`);
  const type = imageType(content);
  if (type === undefined) throw problem("is neither a PNG nor an SVG image");
  return `data:${type};base64,${content.toString("base64")}`;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** By the content: an ending says nothing. */
function imageType(content: Buffer): string | undefined {
  if (content.subarray(0, pngSignature.length).equals(pngSignature)) return "image/png";
  const text = content.toString("utf8");
  return /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(text)
    ? "image/svg+xml"
    : undefined;
}
