import { isMadeSince, type GuestUserObject } from "@defender-mssp/microsoft";
import { dynamic } from "../../domain/resourceTypes";
import { stackCommand } from "../tenant/stackCommand";

/** Whether an interrupted create of the stack, which the state has, made the user for the address. */
export type InterruptedGuests = (email: string, user: GuestUserObject) => boolean;

interface StateFile {
  readonly deployment?: {
    readonly manifest?: { readonly time?: string };
    readonly resources?: readonly { readonly created?: string; readonly modified?: string }[];
    readonly pending_operations?: readonly {
      readonly type?: string;
      readonly resource: { readonly type: string; readonly inputs?: Readonly<Record<string, unknown>> };
    }[];
  };
}

/** Longer than the create of a guest takes, in milliseconds: other resources change meanwhile. */
const longestCreate = 30 * 60_000;

/**
 * The creates of guests that a killed engine left in the state. A guest with the mark of such a
 * create counts as made by it if it is not older than the state's last change. The engine tells a
 * program nothing of interrupted creates, so that the state is exported. No answer counts as none.
 */
export async function interruptedGuests(): Promise<InterruptedGuests> {
  const { manifest, resources = [], pending_operations: pending = [] } = (await state()).deployment ?? {};
  const creates = pending.flatMap(({ type, resource }) =>
    type === "creating" && resource.type === dynamic("Guest") ? [resource.inputs ?? {}] : [],
  );
  // A refresh writes the time of the state anew, but changes no resource that is as it was.
  const changes = resources
    .flatMap(({ created, modified }) => [created, modified])
    .map((time) => Date.parse(time ?? ""));
  const newest = Math.max(...changes.filter((time) => !Number.isNaN(time)));
  const since = (Number.isFinite(newest) ? newest : Date.parse(manifest?.time ?? "")) - longestCreate;
  return (email, user) =>
    creates.some(
      ({ email: invited, managedBy }) =>
        invited === email && isMadeSince(user, { managedBy: String(managedBy) }, since),
    );
}

async function state(): Promise<StateFile> {
  return JSON.parse((await stackCommand("export")) ?? "{}") as StateFile;
}
