import path from "node:path";

/** The checkpoint of one of several customers, in the folder that the user names. */
export function customerCheckpoint(folder: string, customer: string, api: string): string {
  return path.join(folder, `${customer.replaceAll("/", "+")}.${api}.json`);
}
