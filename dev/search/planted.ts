/** Planted defects: small changes of the code, each of which worlds or lives must find. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Mutation } from "../promises/mutations";

export interface PlantedDefect extends Pick<Mutation, "file" | "before" | "after"> {
  readonly what: string;
  /** Commands of the lives that show it; absent where a world does. */
  readonly verbs?: string;
  /** `programs`: random programs show it, by the policy pack's protocol. */
  readonly by?: "programs";
}

export const planted = parse(readFileSync(path.join(__dirname, "planted.yaml"), "utf8")) as readonly PlantedDefect[];
