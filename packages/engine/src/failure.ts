/** Whether `error`, of ours or printed by a tool, says that a disk is full. */
export function isOutOfSpace(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return (
    code === "ENOSPC" || code === "EDQUOT" || /no space left on device|disk quota exceeded/i.test(messageOf(error))
  );
}

/** The message for a person, the cause of a failed `fetch` included. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
