/** The confirmation before a workflow removes a customer's access. */
import path from "node:path";
import { execa } from "execa";
import { VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { exists } from "../base/exists";
import { readProject, shownStackFile } from "../../settings/project";
import { checkedStackName } from "./stackNames";

export interface DestroyRequest {
  readonly stack: string;
  /** What the person typed to confirm. */
  readonly typed: string;
  /** The repository. */
  readonly folder: string;
}

export interface ConfirmedDestroy {
  readonly stack: string;
  /** Commit that the settings were restored from, if they were. */
  readonly settingsFrom: string | undefined;
}

/**
 * The typed text must equal the stack's name. A deleted settings file comes out of git's history: without it Pulumi can't
 * read the state's secrets.
 * @throws VisibleError otherwise
 */
export async function confirmDestroy(request: DestroyRequest): Promise<ConfirmedDestroy> {
  const stack = checkedStackName(request.stack);
  if (request.typed !== stack) {
    throw new VisibleError(
      `Nothing is destroyed: the confirmation must be the stack's name, exactly ${JSON.stringify(stack)}.`,
    );
  }
  const project = await readProject(request.folder);
  const file = shownStackFile(project, stack);
  if (await exists(path.join(project.folder, file))) return { stack, settingsFrom: undefined };
  return { stack, settingsFrom: await restore(file, project.folder) };
}

async function restore(file: string, folder: string): Promise<string> {
  const git = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await execa("git", args, {
      cwd: folder,
      reject: false,
      stdin: "ignore",
      stripFinalNewline: false,
    });
    if (exitCode === 0) return stdout;
    throw new VisibleError(`${file} can't be restored: git said ${stderr.trim()}`);
  };
  const deletedBy = (await git("log", "-1", "--format=%H", "--diff-filter=D", "--", file)).trim();
  if (deletedBy === "") {
    throw new VisibleError(
      `Nothing is destroyed: there is no ${file}, and git's history here has none. Is the name right, and was all history cloned (fetch-depth: 0)?`,
    );
  }
  const commit = (await git("rev-parse", "--verify", `${deletedBy}^`)).trim();
  await writeWholeFile(path.join(folder, file), await git("show", `${commit}:${file}`));
  return commit;
}
