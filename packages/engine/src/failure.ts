import { messageOf } from "@defender-mssp/errors";

/** Whether `error`, of ours or printed by a tool, says that a disk is full. */
export function isOutOfSpace(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return (
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    /no space left on device|disk quota exceeded/i.test(messageWithCause(error))
  );
}

/** The message for a person, the cause of a failed `fetch` included. */
export function messageWithCause(error: unknown): string {
  const message = messageOf(error);
  return error instanceof Error && error.cause instanceof Error ? `${message}: ${error.cause.message}` : message;
}
