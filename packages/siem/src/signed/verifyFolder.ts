/** Verifies a folder of signed steps offline. Opens nothing outside of the folder, and follows no link. */
import type { KeyObject } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { messageOf, unreadableFile, VisibleError } from "@defender-mssp/errors";
import { envelopeEnding, keyFingerprint, largestEnvelope, openEnvelope, signatureKey, sha256 } from "./openEnvelope";
import type { OpenedEnvelope, Predicate } from "./openEnvelope";

/** What the reader has from elsewhere: the signer's public key, and the digest of a step. */
export interface KnownSigner {
  readonly key?: KeyObject | undefined;
  readonly anchor?: string | undefined;
}

type Link = OpenedEnvelope & { readonly file: string };

export type FolderVerification = Awaited<ReturnType<typeof verifyFolder>>;

/**
 * `problems` says what is wrong, each with its file; `unsigned` are files that no step names.
 * @throws VisibleError where the folder can't be read
 */
export async function verifyFolder(folder: string, expected: KnownSigner = {}) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw unreadableFile(folder, error);
  });
  const problems: string[] = [];
  const files: string[] = [];
  for (const entry of entries) {
    const name = path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/");
    if (entry.isFile()) files.push(name);
    else if (!entry.isDirectory()) problems.push(`${name}: a link or no regular file; it was not opened`);
  }
  const links: Link[] = [];
  const named = new Set<string>();
  for (const file of files.sort().filter((name) => name.endsWith(envelopeEnding))) {
    named.add(file);
    try {
      const text = (await read(folder, file, largestEnvelope)).toString();
      const link = { file, ...openEnvelope(text, file) };
      links.push(link);
      problems.push(...(await subjectProblems(folder, link, new Set(files), named)));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  if (named.size === 0) problems.push(`no signed step: no file ends with ${envelopeEnding}`);
  const chains = [...new Set(links.map(customerKey))].map((customer) => {
    const own = links.filter((link) => customerKey(link) === customer);
    return verifiedChain(
      own.sort((a, b) => predicateIn(a).step - predicateIn(b).step),
      expected,
      problems,
    );
  });
  if (expected.anchor !== undefined && links.length > 0 && !chains.some(({ isAnchored }) => isAnchored))
    problems.push(`no step has the digest ${expected.anchor}: the steps were rewritten, or end before it`);
  return { chains, problems, unsigned: files.filter((file) => !named.has(file)) };
}

async function read(folder: string, name: string, most = Infinity): Promise<Buffer> {
  // Windows has no such flag.
  const noLink = (constants.O_NOFOLLOW as number | undefined) ?? 0;
  const handle = await open(path.join(folder, name), constants.O_RDONLY | noLink);
  try {
    if ((await handle.stat()).size > most) throw new VisibleError(`${name}: above 10 MB; it was not read`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Adds the files of the subjects to `named`. */
async function subjectProblems(
  folder: string,
  { file, statement }: Link,
  files: ReadonlySet<string>,
  named: Set<string>,
): Promise<string[]> {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { name, digest } of statement.subject) {
    const about = `${file}: subject ${JSON.stringify(name)}`;
    const alike = name.normalize("NFC").toLowerCase();
    const target = path.posix.join(path.posix.dirname(file), name);
    if (/[\\\0:]/.test(name) || name.split("/").some((part) => ["", ".", ".."].includes(part)))
      problems.push(`${about} is no name of a file below; it was not opened`);
    else if (seen.has(alike)) problems.push(`${about} is named twice, or differs from another in case only`);
    else if (!files.has(target)) problems.push(`${about} is missing, or is no regular file`);
    else if (sha256(await read(folder, target)) !== digest.sha256) problems.push(`${about} was changed`);
    seen.add(alike);
    named.add(target);
  }
  return problems;
}

/** Checks the signatures and the order, and adds to the problems. */
function verifiedChain(links: readonly Link[], { key, anchor = "" }: KnownSigner, problems: string[]) {
  let before: Link | undefined;
  let current: string | undefined;
  for (const link of links) {
    const { file, keyId } = link;
    const { signer, nextKey } = predicateIn(link);
    const order = orderProblem(link, before, anchor);
    if (order !== undefined) problems.push(`${file}: ${order}`);
    try {
      const expected = signatureKey((current ??= signer.publicKey), "the key of this step");
      if (keyFingerprint(expected) !== keyId) problems.push(`${file}: signed by a stranger, key ${keyId}`);
      else if (!link.isSignedBy(expected)) problems.push(`${file}: changed: the signature does not fit`);
    } catch (error) {
      problems.push(`${file}: ${messageOf(error)}`);
    }
    current = nextKey ?? current;
    before = link;
  }
  if (key !== undefined && !links.some(({ keyId }) => keyId === keyFingerprint(key)))
    problems.push("signed by a stranger: no step is signed by the key of --key");
  const steps = links.map(({ file, digest, keyId, statement }) => {
    const { step, signedOn } = statement.predicate;
    return { file, step, kind: statement.predicateType.split(":")[2] ?? "", signedOn, digest, keyId };
  });
  const isAnchored = links.some((link) => [link.digest, predicateIn(link).previous].includes(anchor));
  return { customer: predicateIn(before as Link).customer, steps, isAnchored };
}

function predicateIn({ statement }: Link): Predicate {
  return statement.predicate;
}

function customerKey(link: Link): string {
  const { id, tenantId } = predicateIn(link).customer;
  return `${id} ${tenantId}`;
}

function orderProblem(link: Link, before: Link | undefined, anchor: string): string | undefined {
  const { step, previous } = predicateIn(link);
  if (before === undefined) {
    if (previous === (step === 1 ? null : anchor)) return undefined;
    return step === 1 ? "the first step names one before it" : `steps 1 to ${step - 1} are missing`;
  }
  const last = predicateIn(before).step;
  if (step === last) return `a fork: ${before.file} is step ${step}, too`;
  if (step !== last + 1) return `step ${last + 1} is missing before step ${step}`;
  return previous === before.digest ? undefined : `names another step before it than ${before.file}`;
}
