/** A time line of what ends: a bar for each item, and its end in words. */
import { h, type Markup } from "./markup";
import type { Block } from "./blocks";
import { dayText, type Content, type State } from "./content";
import type { Words } from "./words";

export interface TimeLineItem {
  readonly label: Content;
  /** Beginning; an item without one begins at the left edge. */
  readonly from?: Date;
  /** End; an item without one has none, and its bar runs to the right edge. */
  readonly until?: Date;
  /** Moments in between, such as the day on which a secret is renewed. */
  readonly marks?: readonly { readonly on: Date; readonly label: string }[];
  readonly state?: State;
  /** What to do, or what happens at the end. */
  readonly note?: Content;
}

export interface TimeLine {
  /** What the time line shows; screen readers name it by this. */
  readonly title: string;
  /** The moment that the line "today" stands for. */
  readonly now: Date;
  readonly items: readonly TimeLineItem[];
}

const dayLength = 24 * 60 * 60 * 1000;

/** Items with their bars, in the order that they are given. All moments are UTC. */
export function timeLine(data: TimeLine): Block {
  return { caption: data.title, render: (words, captions) => rendered(data, words, captions) };
}

function rendered({ title, now, items }: TimeLine, words: Words, captions?: "hidden"): Markup {
  if (items.length === 0) {
    return (
      <p class="none">
        {title}: {words.none}
      </p>
    );
  }
  const scale = scaleOf(items, now);
  return (
    <figure class="time-line">
      <figcaption {...(captions === "hidden" ? { class: "unseen" } : {})}>{title}</figcaption>
      <Axis scale={scale} now={now} words={words} />
      <ol aria-label={title}>
        {items.map((item) => (
          <li class={item.state ?? "information"}>
            <span class="time-label">{item.label}</span>
            <span class="time-end">
              {item.until === undefined ? words.noEnd : dayText(item.until)}
              {item.note === undefined ? null : <span class="time-note"> · {item.note}</span>}
            </span>
            <Bar item={item} scale={scale} now={now} />
          </li>
        ))}
      </ol>
    </figure>
  );
}

interface Scale {
  readonly start: number;
  readonly end: number;
}

/** From the earliest beginning, at most a year back, to the last end, with a little room on both sides. */
function scaleOf(items: readonly TimeLineItem[], now: Date): Scale {
  const moments = items.flatMap(({ from, until, marks = [] }) => [from, until, ...marks.map(({ on }) => on)]);
  const times = moments.flatMap((moment) => (moment === undefined ? [] : [moment.getTime()]));
  const earliest = Math.max(Math.min(now.getTime(), ...times), now.getTime() - 365 * dayLength);
  const latest = Math.max(now.getTime() + 30 * dayLength, ...times);
  const room = (latest - earliest) * 0.03;
  return { start: earliest - room, end: latest + room };
}

/** Place on the line, such as `12.5%`. */
function place(time: number, { start, end }: Scale): number {
  return Math.round(Math.min(100, Math.max(0, ((time - start) / (end - start)) * 100)) * 100) / 100;
}

function Bar({ item, scale, now }: { readonly item: TimeLineItem; readonly scale: Scale; readonly now: Date }) {
  const { from, until, marks = [] } = item;
  const left = from === undefined ? 0 : place(from.getTime(), scale);
  const right = until === undefined ? 100 : place(until.getTime(), scale);
  return (
    <svg class="bar" width="100%" height="16" aria-hidden="true" focusable="false">
      <rect class="rail" x="0" y="7" width="100%" height="2" />
      <rect class="span" x={`${left}%`} y="4" width={`${Math.max(right - left, 0.6)}%`} height="8" rx="2" />
      {marks.map(({ on, label }) => (
        <circle class="mark" cx={`${place(on.getTime(), scale)}%`} cy="8" r="4">
          <title>{label}</title>
        </circle>
      ))}
      <line class="now" x1={`${place(now.getTime(), scale)}%`} x2={`${place(now.getTime(), scale)}%`} y1="0" y2="16" />
    </svg>
  );
}

function Axis({ scale, now, words }: { readonly scale: Scale; readonly now: Date; readonly words: Words }) {
  const today = place(now.getTime(), scale);
  return (
    <div class="axis" aria-hidden="true">
      <span class="unit">{words.unit}</span>
      <svg width="100%" height="32" focusable="false">
        {ticks(scale).map((tick) => (
          <text x={`${place(tick.getTime(), scale)}%`} y="29" text-anchor="middle">
            {tick.toISOString().slice(0, 7)}
          </text>
        ))}
        <text class="today" x={`${today}%`} y="12" text-anchor={today < 8 ? "start" : today > 92 ? "end" : "middle"}>
          {words.today}
        </text>
      </svg>
    </div>
  );
}

/** First days of months, at most five of them, away from the edges. */
function ticks(scale: Scale): Date[] {
  const { start, end } = scale;
  const months = Math.max(1, Math.ceil((end - start) / (30.4 * dayLength) / 5));
  const first = new Date(start);
  const found: Date[] = [];
  for (let month = first.getUTCMonth() + 1; ; month += months) {
    const tick = new Date(Date.UTC(first.getUTCFullYear(), month, 1));
    if (place(tick.getTime(), scale) > 92) return found;
    if (place(tick.getTime(), scale) >= 8) found.push(tick);
  }
}
