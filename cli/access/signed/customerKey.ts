import { keyFingerprint, signatureKey } from "@defender-mssp/errors/dsse";
import { givenFile } from "../../base/givenFile";

/** A fingerprint, or a file with the customer's public key. @throws VisibleError for none */
export async function customerKey(place: string, folder: string): Promise<string> {
  if (/^[0-9a-f]{64}$/i.test(place)) return place.toLowerCase();
  return keyFingerprint(signatureKey(await givenFile(place, folder), place));
}
