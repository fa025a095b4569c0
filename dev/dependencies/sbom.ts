/**
 * The software bill of materials: what npm installs, and what the Pulumi engine is got from.
 * CycloneDX 1.5, in JSON.
 */
import { z } from "zod";

const component = z.looseObject({
  name: z.string(),
  version: z.string().optional(),
  purl: z.string().optional(),
  hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).optional(),
});

const sbomShape = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
  components: z.array(component),
});

type Component = z.infer<typeof component>;

/** The engine's sources besides npm packages. */
export interface EngineSources {
  readonly version: string;
  /** By the archive's name. */
  readonly archives: Readonly<Record<string, { readonly algorithm: "sha256" | "sha512"; readonly hex: string }>>;
  /** Texts of the Go module that builds it. */
  readonly goMod: string;
  readonly goSum: string;
}

/** The project's own packages: they are in the repository, not installed. */
const ownPackage = /^pkg:npm\/(%40|@)defender-mssp\//;

/**
 * From what `npm sbom --sbom-format cyclonedx` printed.
 * @returns the whole SBOM, and a line for each component of whose content nothing is known.
 * @throws z.ZodError where npm printed something else.
 */
export function completeSbom(printed: unknown, name: string, engine: EngineSources) {
  const sbom = sbomShape.parse(printed);
  sbom.metadata.component.name = name;
  const added = [...engineComponents(engine), ...goComponents(engine)];
  const components = [...sbom.components, ...added];
  const findings = components
    .filter(({ purl = "", hashes = [] }) => hashes.length === 0 && !ownPackage.test(purl))
    .map(({ name: one, version = "" }) => `${one} ${version}: the SBOM has no hash of it`);
  return { sbom: { ...sbom, components }, findings };
}

function engineComponents({ version, archives }: EngineSources): Component[] {
  return Object.entries(archives).map(([name, { algorithm, hex }]) => ({
    "bom-ref": name,
    type: "application",
    name,
    version,
    purl: `pkg:github/pulumi/pulumi@v${version}?file_name=${name}`,
    hashes: [{ alg: algorithm === "sha256" ? "SHA-256" : "SHA-512", content: hex }],
  }));
}

/**
 * go.sum's `h1` is a SHA-256 over the module's files, not over its archive: a property of its own
 * says which.
 */
function goComponents({ goMod, goSum }: EngineSources): Component[] {
  const sums = new Map<string, string>(
    goSum.split("\n").flatMap((line) => {
      const [module = "", version = "", sum = ""] = line.split(" ");
      return sum.startsWith("h1:") ? [[`${module}@${version}`, sum.slice("h1:".length)] as const] : [];
    }),
  );
  const modules = new Map(
    [...goMod.matchAll(/^\t(\S+) (v\S+)/gm)].map(([, module = "", version = ""]) => [
      `${module}@${version}`,
      { module, version },
    ]),
  );
  return [...modules].map(([reference, { module, version }]) => {
    const sum = sums.get(reference) ?? sums.get(`${reference}/go.mod`);
    return {
      "bom-ref": reference,
      type: "library",
      name: module,
      version,
      purl: `pkg:golang/${module}@${version}`,
      ...(sum === undefined
        ? {}
        : { hashes: [{ alg: "SHA-256", content: Buffer.from(sum, "base64").toString("hex") }] }),
      properties: [{ name: "defender-mssp:hash", value: "h1 of go.sum: of the module's files, not of an archive" }],
    };
  });
}
