/** Writes an evidence as a folder: JSON lines, the page, the manifest. */
import { ownVersion } from "../../base/ownPackage";
import { writeWholeFolder } from "@defender-mssp/terminal/wholeFolder";
import type { Evidence } from "./evidence";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { dataFiles, manifestText, type EvidenceFile } from "./manifest";
import { evidenceEnvelope, evidencePage } from "./page";
import type { NextStep } from "../signed/nextStep";

export interface WrittenEvidence {
  readonly folder: string;
  /** SHA-256 of `manifest.json`. */
  readonly manifest: string;
  /** Digest of the signed step. */
  readonly digest?: string | undefined;
}

/** @throws VisibleError where the folder exists and is not empty, or can't be written. */
export async function writeEvidence(evidence: Evidence, folder: string, step?: NextStep): Promise<WrittenEvidence> {
  const files = evidenceFiles(evidence, step);
  const manifest = files.find(({ name }) => name === "manifest.json")?.text ?? "";
  const envelope = await step?.seal("evidence", files, JSON.parse(manifest) as object);
  const signature = envelope === undefined ? [] : [{ name: evidenceEnvelope, text: envelope }];
  await writeWholeFolder(folder, [...files, ...signature]);
  return { folder, manifest: sha256(manifest), digest: envelope && (await step?.finish(envelope)) };
}

/** All files; the manifest has the hashes of the others. */
export function evidenceFiles(evidence: Evidence, step?: NextStep): readonly EvidenceFile[] {
  const data = dataFiles(evidence);
  const page = { name: "index.html", text: evidencePage(evidence, data, step), about: "The same for people" };
  const manifest = manifestText(evidence, [...data, page], ownVersion());
  return [...data, page, { name: "manifest.json", text: manifest, about: "What was asked, and the hashes" }];
}
