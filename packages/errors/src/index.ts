/**
 * Errors for people. Whoever shows an error shows a `VisibleError` by its message alone; every
 * other error is a bug and keeps its stack trace. This module imports nothing: `mssp --help` loads
 * it.
 */

/**
 * A mistake of the user, or a condition that only the user can change.
 * The message says what is wrong, where (a settings key, a resource, a file) and what to do.
 */
export class VisibleError extends Error {
  override readonly name: string = "VisibleError";
}

/**
 * The environment variables, or the files that they name, cannot be used. The message names the
 * variable.
 */
export class EnvironmentError extends VisibleError {
  override readonly name = "EnvironmentError";
}

/** The message of whatever was thrown, for a sentence that says what failed. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why a file or a folder can't be used, in words where the system has a code only. */
export function fileProblem(error: unknown): string {
  const { code = "" } = (error ?? {}) as NodeJS.ErrnoException;
  return fileProblems[code] ?? messageOf(error).replace(/\.$/, "");
}

/** @param what the file or the folder, such as its path or "The checkpoint x". */
export function unreadableFile(what: string, error: unknown): VisibleError {
  return new VisibleError(`${what} can't be read: ${fileProblem(error)}.`, { cause: error });
}

/** Whether other users have one of these rights. Windows has no such mode: a warning says that nothing was checked. */
export function othersMay(rights: number, { mode }: { readonly mode: number }, file: string): boolean {
  if (process.platform !== "win32") return (mode & rights) !== 0;
  process.emitWarning(`Windows has no file modes: who else may read or change ${file} was not checked.`);
  return false;
}

/** Whether the owner is another user than this one and root. Windows has no such owner. */
export function isForeign({ uid }: { readonly uid: number }): boolean {
  const user = process.geteuid?.();
  return user !== undefined && uid !== 0 && uid !== user;
}

const fileProblems: Readonly<Partial<Record<string, string>>> = {
  ENOENT: "it does not exist",
  EACCES: "this user may not open it",
  EISDIR: "it is a folder",
  ENOTDIR: "it is not a folder",
};

/** Leaves out properties without a value: the engine can't write `undefined` to a state. */
export function withoutUndefined<T extends object>(properties: T): T {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as T;
}

/** What is known of a failed call. */
export interface ServiceErrorDetail {
  /** HTTP status; 0 if no answer arrived. */
  readonly status: number;
  readonly serviceCode?: string;
  readonly message: string;
  readonly requestId?: string;
  /** In milliseconds. */
  readonly retryAfter?: number;
  readonly method: string;
  readonly url: string;
  readonly cause?: unknown;
}

/**
 * A service answered with an error, or did not answer. Holds no secret: no headers, no request
 * body, no query values.
 */
export class ServiceError extends VisibleError {
  override readonly name = "ServiceError";
  /** HTTP status; 0 if no answer arrived. */
  readonly status: number;
  /**
   * The service's own code, such as `Authorization_RequestDenied` or `AADSTS7000215`; empty if it
   * gave none.
   */
  readonly serviceCode: string;
  /** The service's ID of this request, for its support; empty if it gave none. */
  readonly requestId: string;
  /** How long the service asks to wait, in milliseconds; undefined if it does not say. */
  readonly retryAfter: number | undefined;
  readonly method: string;
  /** Without user information and without query values, except OData's `$…` and `api-version`. */
  readonly url: string;

  constructor(detail: ServiceErrorDetail) {
    super(sentence(detail), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.status = detail.status;
    this.serviceCode = detail.serviceCode ?? "";
    this.requestId = detail.requestId ?? "";
    this.retryAfter = detail.retryAfter;
    this.method = detail.method;
    this.url = detail.url;
  }
}

/**
 * Whether a call failed, or could not be made with the credentials and variables of the
 * environment.
 */
export function isCallError(error: unknown): error is ServiceError | EnvironmentError {
  return error instanceof ServiceError || error instanceof EnvironmentError;
}

/**
 * Runs a step, and says of an error for people which step it was and what to do. That error stays
 * on one line and has no stack: Pulumi's dynamic provider prints the stack of what `read` and
 * `delete` throw.
 * @param what such as `The SIEM authorization's create`.
 * @param advice what to do about a service's error: a sentence, or empty.
 */
export async function visible<T>(
  what: string,
  run: () => Promise<T>,
  advice: (failure: ServiceError) => string = () => "",
): Promise<T> {
  try {
    return await run();
  } catch (failure) {
    if (!(failure instanceof VisibleError)) throw failure;
    const hint = failure instanceof ServiceError ? advice(failure) : "";
    const error = new VisibleError(`${what} failed. ${failure.message}${hint === "" ? "" : ` ${hint}`}`);
    throw Object.assign(error, { name: "", stack: "" });
  }
}

function sentence(detail: ServiceErrorDetail): string {
  const code = detail.serviceCode && !detail.message.startsWith(detail.serviceCode) ? `${detail.serviceCode}: ` : "";
  const outcome = detail.status === 0 ? "failed" : `answered ${detail.status}`;
  const id = detail.requestId ? ` (request ${detail.requestId})` : "";
  return `${detail.method} ${detail.url} ${outcome}: ${code}${detail.message}${id}`;
}
