import { ServiceError } from "@defender-mssp/errors";
import { untilSeen, type Wait, type WaitContext } from "../waits";

/** Looks for the object of an earlier request before the request is repeated. */
const looksBeforeRepeat = 3;

/**
 * Creates an object once, although requests are cut or refused. Such a request may have been carried
 * out: terraform-provider-azuread#1896 saw one in 25. So looks come before each repetition, and
 * "already exists" is followed by looks alone.
 * @param post sends the request, with `idempotent: false`.
 * @param find looks for what `post` makes. The caller has looked before the first request.
 * @returns the object; `wasThere` if the first request was refused because the object exists.
 * @throws ServiceError: the last refusal, after `row.longest`, or one that no wait changes.
 */
export async function createOnce<T>(
  row: Wait,
  { post, find }: { readonly post: () => Promise<T>; readonly find: () => Promise<T | undefined> },
  { isUnknown = () => false, ...context }: WaitContext,
): Promise<{ readonly made: T; readonly wasThere: boolean }> {
  let refusal: ServiceError | undefined;
  let posts = 0;
  let looks = 0;
  const attempt = async () => {
    if (refusal !== undefined) {
      const made = await find();
      if (made !== undefined) return { made, wasThere: posts === 1 && isExisting(refusal) };
      if (isExisting(refusal) || ++looks < looksBeforeRepeat) throw refusal;
    }
    [posts, looks] = [posts + 1, 0];
    const made = await post().catch((failure: unknown) => {
      if (failure instanceof ServiceError) refusal = failure;
      throw failure;
    });
    return { made, wasThere: false };
  };
  const isRepeated = (failure: ServiceError) =>
    failure === refusal && (isExisting(failure) || isCut(failure) || isUnknown(failure));
  const outcome = await untilSeen({ ...row, hits: 1 }, attempt, { ...context, isUnknown: isRepeated });
  // The last look throws the refusal, so that undefined never comes out.
  return outcome as NonNullable<typeof outcome>;
}

/** Whether it is unknown if a request was carried out. */
export function isCut({ status }: Pick<ServiceError, "status">): boolean {
  return status === 0 || [500, 502, 504].includes(status);
}

/**
 * Whether a create was refused because its object exists: 409, or 400 "Permission being assigned
 * already exists on the object", "… already exist …", "… is already onboarded to ELM".
 */
export function isExisting({ status, message }: Pick<ServiceError, "status" | "message">): boolean {
  if (status === 409) return !/does not exist/i.test(message);
  return status === 400 && existingText.test(message);
}

/** What Graph and the azuread plugin say of an object that exists. */
export const existingText = /\balready (exists?|present|onboarded)\b|AlreadyExists\b|MultipleObjectsWithSameKeyValue/i;
