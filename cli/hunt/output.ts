/** Standard output for many rows: the next customer's wait until a reader has taken these. */
import { print } from "../output/standardOutput";
import { ReaderGone } from "../sinks/sink";
import { isWrittenDirectly } from "../output/standardOutput";

/** Texts of different customers never mix. @throws VisibleError, ReaderGone */
export async function writeText(text: string): Promise<void> {
  if (text === "") return;
  if (isWrittenDirectly(1)) {
    print(text);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(explained(error)) : resolve()));
  });
}

function explained(error: NodeJS.ErrnoException): Error {
  return ["EPIPE", "ERR_STREAM_DESTROYED"].includes(error.code ?? "") ? new ReaderGone("closed") : error;
}
