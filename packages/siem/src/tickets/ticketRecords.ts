/**
 * What the folder of the checkpoints keeps of tickets: a line for each incident, the last one of a key counts.
 * A line is appended before and after what it tells of, so that a kill at any moment leaves the truth.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { parsedJson } from "@defender-mssp/errors/json";
import { dayMs } from "@defender-mssp/errors/time";
import { textIfThere, writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { ticketSeverities } from "./ticketSettings";

/** How long a line of a closed ticket is kept. */
const keptFor = 90 * dayMs;

/** Lines behind which the file is written anew, at its next opening or while it grows. */
const longestTail = 20_000;

const agreedSchema = z.strictObject({
  /** The incident's last change by the service's clock: an older answer says nothing new. */
  updatedAt: z.string(),
  severity: z.enum(ticketSeverities),
  isResolved: z.boolean(),
  alerts: z.number(),
  /** Creation of the newest alert. */
  alertsTo: z.string(),
  /** The ticket's version; "": it was changed by this program. */
  version: z.string(),
  isOpen: z.boolean(),
  /** The ticket's close reason; undefined: an earlier version kept none. */
  reason: z.string().nullable().optional(),
  owner: z.string().nullable(),
  priority: z.string().nullable(),
  /** The last note that was looked at. */
  note: z.string(),
  /** Counts what was written: two notes that say the same have different markers. */
  count: z.number(),
});
/** Both sides when they agreed last, as the folder keeps it. */
export type Agreed = Readonly<z.infer<typeof agreedSchema>>;

const recordSchema = z.strictObject({
  key: z.string(),
  tracker: z.string(),
  route: z.string(),
  /** The ticket's ID. */
  ticket: z.string().optional(),
  /** A create has begun whose answer is not known. */
  creating: z.strictObject({ at: z.number(), token: z.string().optional() }).optional(),
  agreed: agreedSchema.optional(),
  /** Incident and ticket must be compared. */
  isDue: z.boolean().optional(),
  /** Other tickets with this key. */
  doubles: z.array(z.string()).optional(),
  /** A person has deleted the ticket. */
  isDeleted: z.boolean().optional(),
  /** The incident has been merged into this one. */
  mergedInto: z.string().optional(),
  /** Why the tracker or Defender refuses: a dead letter, until it is repeated. */
  refused: z.string().optional(),
  findings: z.array(z.string()).optional(),
  /** Milliseconds since 1970. */
  changedAt: z.number(),
});
export type TicketRecord = z.infer<typeof recordSchema>;

const headSchema = z.strictObject({
  version: z.literal(1),
  /** Incidents that are older and have no ticket get none. */
  since: z.iso.datetime(),
});

const positionSchema = z.strictObject({ tracker: z.string(), position: z.string() });

export class TicketRecords {
  readonly #records = new Map<string, TicketRecord>();
  readonly #positions = new Map<string, string>();
  #descriptor: number | undefined;
  #lines = 0;

  private constructor(
    private readonly file: string,
    readonly since: string,
    /** Whether the folder had no such file: what the trackers have is read first. */
    readonly isNew: boolean,
    private readonly now: () => number,
    private readonly unlock: () => void,
  ) {}

  /**
   * @param since where a folder without records begins: ISO 8601.
   * @throws VisibleError where another process has the folder, or the file can't be used.
   */
  static async open(folder: string, since: string, now: () => number): Promise<TicketRecords> {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new VisibleError(`The folder ${folder} can't be made: ${messageOf(error)}.`, { cause: error });
    }
    const unlock = lock(path.join(folder, "tickets.lock"));
    try {
      const file = path.join(folder, "tickets.jsonl");
      const text = await textIfThere(file, `The tickets' file ${file}`);
      const lines = (text ?? "").split("\n");
      // A kill can cut the last line: what it told of is found again in the tracker.
      const head = headSchema.safeParse(parsedJson(lines[0] ?? ""));
      const isEmpty = lines.length < 2;
      if (!isEmpty && !head.success) throw damaged(file, 1);
      const records = new TicketRecords(file, head.data?.since ?? since, isEmpty, now, unlock);
      if (!isEmpty) for (const [index, line] of lines.slice(1, -1).entries()) records.#learn(line, file, index + 2);
      await records.#rewrite();
      return records;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** What a folder has, beside a collector that works on it. @throws VisibleError */
  static async peek(folder: string): Promise<readonly TicketRecord[]> {
    const file = path.join(folder, "tickets.jsonl");
    const records = new TicketRecords(
      file,
      "",
      false,
      () => 0,
      () => undefined,
    );
    const lines = ((await textIfThere(file, `The tickets' file ${file}`)) ?? "").split("\n");
    for (const [index, line] of lines.slice(1, -1).entries()) records.#learn(line, file, index + 2);
    return records.all;
  }

  get(key: string): TicketRecord | undefined {
    return this.#records.get(key);
  }

  get all(): readonly TicketRecord[] {
    return [...this.#records.values()];
  }

  put(record: Omit<TicketRecord, "changedAt">): void {
    const dated = { ...record, changedAt: this.now() };
    this.#append(dated);
    this.#records.set(record.key, dated);
  }

  position(tracker: string): string | undefined {
    return this.#positions.get(tracker);
  }

  moveTo(tracker: string, position: string): void {
    if (this.#positions.get(tracker) === position) return;
    this.#append({ tracker, position });
    this.#positions.set(tracker, position);
  }

  /** What was put survives a power failure. */
  async flush(): Promise<void> {
    if (this.#lines > longestTail + 2 * this.#records.size) await this.#rewrite();
    else if (this.#descriptor !== undefined) fsyncSync(this.#descriptor);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.unlock();
  }

  #learn(line: string, file: string, number: number): void {
    const content = parsedJson(line);
    const record = recordSchema.safeParse(content);
    const position = positionSchema.safeParse(content);
    if (record.success) this.#records.set(record.data.key, record.data);
    else if (position.success) this.#positions.set(position.data.tracker, position.data.position);
    else throw damaged(file, number);
  }

  #append(content: object): void {
    if (this.#descriptor === undefined) throw new Error("the tickets' file is closed");
    try {
      writeSync(this.#descriptor, `${JSON.stringify(content)}\n`);
      this.#lines++;
    } catch (error) {
      throw new VisibleError(`${this.file} can't be written: ${messageOf(error)}.`, { cause: error });
    }
  }

  async #rewrite(): Promise<void> {
    const oldest = this.now() - keptFor;
    for (const [key, record] of this.#records)
      if (isOver(record) && record.changedAt < oldest) this.#records.delete(key);
    const lines = [
      { version: 1, since: this.since },
      ...[...this.#positions].map(([tracker, position]) => ({ tracker, position })),
      ...this.#records.values(),
    ];
    await writeWholeFile(this.file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { mode: 0o600 });
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = openSync(this.file, "a", 0o600);
    this.#lines = lines.length;
  }
}

/** Whether nothing is open of it. */
function isOver({ agreed, isDeleted, mergedInto, isDue, refused }: TicketRecord): boolean {
  if (isDue === true || refused !== undefined) return false;
  return isDeleted === true || mergedInto !== undefined || agreed?.isOpen === false;
}

function damaged(file: string, line: number): VisibleError {
  return new VisibleError(
    `${file}, line ${line}, is not of this command, or is damaged. It was left as it is. Delete it to begin anew: the ` +
      "trackers' tickets are found by their keys.",
  );
}

/** One process has the folder. @throws VisibleError */
function lock(file: string): () => void {
  const own = `${process.pid} ${startOf(process.pid) ?? ""}`;
  for (let tries = 0; ; tries++) {
    try {
      const descriptor = openSync(file, "wx", 0o600);
      writeSync(descriptor, own);
      closeSync(descriptor);
      return () => rmSync(file, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EEXIST") throw new VisibleError(`${file} can't be written: ${messageOf(error)}.`, { cause: error });
    }
    const holder = readFileSync(file, "utf8");
    const [pid = "", start = ""] = holder.split(" ");
    const isAlive = holder !== own && startOf(Number(pid)) === start && start !== "";
    if (isAlive || tries > 1)
      throw new VisibleError(`${path.dirname(file)} is another collector's (process ${pid}): use a folder for each.`);
    rmSync(file, { force: true });
  }
}

/** When a process began; "" where it lives and nothing says when; undefined: there is none. */
function startOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  try {
    // After the command's name, which may have anything in it: the 20th field from there.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19] ?? "";
  } catch {
    return "living";
  }
}
