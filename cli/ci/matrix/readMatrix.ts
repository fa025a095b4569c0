/** Reads the answer of `mssp ci matrix` back from a file. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { VisibleError } from "@defender-mssp/errors";
import type { ChangedStacks } from "../../selection/changedStacks";
import { checkedStackName } from "../../stack/stackNames";

const answer = z.looseObject({ stacks: z.array(z.string()), deleted: z.array(z.string()) });

/** @throws VisibleError where it is something else */
export async function readMatrix(file: string): Promise<Pick<ChangedStacks, "stacks" | "deleted">> {
  try {
    const { stacks, deleted } = answer.parse(JSON.parse(await readFile(file, "utf8")));
    return { stacks: stacks.map(checkedStackName), deleted: deleted.map(checkedStackName) };
  } catch (error) {
    const reason = error instanceof VisibleError ? error.message : "it is not what `npx mssp ci matrix --json` prints";
    throw new VisibleError(`${file} can't be used: ${reason}`);
  }
}
