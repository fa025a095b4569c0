import { readFile } from "node:fs/promises";
import path from "node:path";
import type { HuntingSchema } from "@defender-mssp/kql";
import { VisibleError, fileProblem, messageOf } from "@defender-mssp/errors";
import { kqlPackage } from "../kqlPackage";

/**
 * The tables of a tenant, of a file with Graph's answer to getHuntingSchema.
 * @param folder that of `Pulumi.yaml`. @throws VisibleError if the file is something else
 */
export async function tablesOfFile(file: string, folder: string): Promise<HuntingSchema> {
  const text = await readFile(path.resolve(folder, file), "utf8").catch((error: unknown) => {
    throw new VisibleError(`${file} cannot be read: ${fileProblem(error)}.`);
  });
  try {
    return kqlPackage(folder).kql.schemaOfTenant(JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (error) {
    if (error instanceof SyntaxError) throw new VisibleError(`${file} is not JSON: ${messageOf(error)}.`);
    if (error instanceof VisibleError) throw new VisibleError(`${file}: ${error.message}`);
    throw error;
  }
}
