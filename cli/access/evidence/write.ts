/** Writes an evidence as a folder: JSON lines, the page, the manifest. */
import { ownVersion } from "../../base/ownPackage";
import { writeWholeFolder } from "@defender-mssp/terminal/wholeFolder";
import type { Evidence } from "./evidence";
import { dataFiles, manifestText, sha256, type EvidenceFile } from "./manifest";
import { evidencePage } from "./page";

export interface WrittenEvidence {
  readonly folder: string;
  /** SHA-256 of `manifest.json`. */
  readonly manifest: string;
}

/** @throws VisibleError where the folder exists and is not empty, or can't be written. */
export async function writeEvidence(evidence: Evidence, folder: string): Promise<WrittenEvidence> {
  const files = evidenceFiles(evidence);
  await writeWholeFolder(folder, files);
  return { folder, manifest: sha256(files.find(({ name }) => name === "manifest.json")?.text ?? "") };
}

/** All files; the manifest has the hashes of the others. */
export function evidenceFiles(evidence: Evidence): readonly EvidenceFile[] {
  const data = dataFiles(evidence);
  const page = { name: "index.html", text: evidencePage(evidence, data), about: "The same for people" };
  const manifest = manifestText(evidence, [...data, page], ownVersion());
  return [...data, page, { name: "manifest.json", text: manifest, about: "What was asked, and the hashes" }];
}
