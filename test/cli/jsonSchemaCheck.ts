/**
 * Judges what tests print with `--json` by the schemas in the folder MSSP_SCHEMAS, which `npm run schemas` writes.
 * Without the variable nothing is judged: test/cli/jsonDocuments.test.ts judges a document of each command always.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import Ajv, { type ValidateFunction } from "ajv";

const validators = new Map<string, ValidateFunction>();

/** @throws Error for a document that its command's schema refuses. */
export function jsonSchemaCheck(args: readonly string[], stdout: string): void {
  const folder = process.env["MSSP_SCHEMAS"];
  if (folder === undefined || !args.includes("--json")) return;
  const file = schemaOfCommand(path.resolve(folder), args);
  if (file === undefined) return;
  const validate = validators.get(file) ?? new Ajv({ strict: false }).compile(readSchema(file));
  validators.set(file, validate);
  for (const document of documentsIn(stdout)) {
    if (!validate(document))
      throw new Error(`${path.basename(file)} refuses ${JSON.stringify(document)}: ${JSON.stringify(validate.errors)}`);
  }
}

/** The schema of the longest command that the arguments begin with. */
function schemaOfCommand(folder: string, args: readonly string[]): string | undefined {
  const names = [3, 2, 1].map((count) => args.slice(0, count).join("-"));
  return names.map((name) => path.join(folder, `${name}.schema.json`)).find((file) => existsSync(file));
}

/** One object, or an object a line. Events of a fleet are no documents. */
function documentsIn(stdout: string): readonly object[] {
  const documents = parsed(stdout) ?? stdout.split("\n").flatMap((line) => parsed(line) ?? []);
  return documents.filter((document) => Object.keys(document).some((key) => /^mssp[A-Z]/.test(key)));
}

function parsed(text: string): readonly object[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? [value] : [];
  } catch {
    return undefined;
  }
}

function readSchema(file: string): object {
  return JSON.parse(readFileSync(file, "utf8")) as object;
}
