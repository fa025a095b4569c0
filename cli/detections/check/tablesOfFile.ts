import type { HuntingSchema } from "@defender-mssp/kql";
import { VisibleError, messageOf } from "@defender-mssp/errors";
import { givenFile } from "../../base/givenFile";
import { kqlPackage } from "../kqlPackage";

/**
 * The tables of a tenant, of a file with Graph's answer to getHuntingSchema.
 * @param folder that of `Pulumi.yaml`. @throws VisibleError if the file is something else
 */
export async function tablesOfFile(file: string, folder: string): Promise<HuntingSchema> {
  const text = await givenFile(file, folder);
  try {
    return kqlPackage(folder).kql.schemaOfTenant(JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (error) {
    if (error instanceof SyntaxError) throw new VisibleError(`${file} is not JSON: ${messageOf(error)}.`);
    if (error instanceof VisibleError) throw new VisibleError(`${file}: ${error.message}`);
    throw error;
  }
}
