import { readMemory, writeMemory, type Memory } from "../access/memory";
import type { TenantLook } from "./look";

/** Keeps who was seen: after an off-boarding the directory no longer names them. */
export async function rememberLook(look: TenantLook, file: string): Promise<Memory> {
  const memory = await readMemory(file, look.tenantId, look.msspTenantIds);
  const identities = new Map(memory.identities.map((identity) => [identity.id, identity]));
  for (const { id, kind, name, appId, chains } of look.objects)
    if (chains.some(({ principal }) => principal === id)) identities.set(id, { id, kind, name, appId });
  const remembered = { ...memory, identities: [...identities.values()], lookedOn: look.lookedOn };
  await writeMemory(file, remembered);
  return remembered;
}
