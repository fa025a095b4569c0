/** What the commands said in worlds, and what they never did: the search judges nothing of a sentence that no world shows. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ways, type Chain } from "@defender-mssp/tenant";
import type { AdditionsPart } from "../../cli/stack/additionsPart";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import { additionsPartNames } from "../../domain/additionsPartNames";
import { acts } from "./acts";

/** Such as `addition "owner"`, `way guest`, `look "added guests": notChecked`. */
export function occurrencesOfAdditions(parts: readonly AdditionsPart[]): string[] {
  return [
    ...parts.map(({ name, state }) => `look "${name}": ${state}`),
    ...parts.flatMap(({ additions }) =>
      additions.flatMap(({ kind, chains }) => [`addition "${kind}"`, ...wayNames(chains)]),
    ),
  ];
}

export function occurrencesOfCertificate({ left, toConfirm, stays }: Certificate): string[] {
  return [...left, ...toConfirm, ...stays].flatMap(({ chains }) => wayNames(chains));
}

function wayNames(chains: readonly Chain[] = []): string[] {
  return chains.map(({ way }) => `way ${way}`);
}

/**
 * Nobody of the MSSP has them by an act: parts of others, the stack's own, what Azure keeps; and rows of the catalogue
 * beside a first one of their kind, by which a command names a chain. One recorded pair alone has rules.
 */
const withoutAct = new RegExp(
  "^way (handover|stackState|extension|refreshToken|activationPolicy|redirectUri|defenderRole|tenantRestrictions|accessPackage|" +
    'activatedMember|application|detectionRule|externalMember|notificationRule|siemAuthorization)$|^look "changed detection rules"',
);

/** Everything that could have occurred, and did not. */
export function neverOccurred(checkout: string, occurred: ReadonlySet<string>): string[] {
  const folder = path.join(checkout, "cli", "tenant", "additions");
  const sources = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), "utf8"));
  // A kind of the access graph stands inside a call, in one line with others.
  const kinds = sources.flatMap((text) => [...text.matchAll(/^\s+kind: "([^"]+)",$/gm)].map(([, kind = ""]) => kind));
  const expected = [
    ...kinds.map((kind) => `addition "${kind}"`),
    ...ways.flatMap(({ id, is }) => ("kinds" in is ? [`way ${id}`] : [])),
    ...additionsPartNames.flatMap((name) =>
      ["passed", "failed", "notChecked"].map((state) => `look "${name}": ${state}`),
    ),
  ];
  return [...new Set(expected)].filter((each) => !occurred.has(each) && !withoutAct.test(each)).sort();
}

/** Acts that no world could do. */
export function neverDone(ended: readonly { readonly act: string; readonly how: string }[]): string[] {
  const done = new Set(ended.filter(({ how }) => how === "done").map(({ act }) => act));
  return acts.filter(({ name, pending }) => pending === undefined && !done.has(name)).map(({ name }) => name);
}
