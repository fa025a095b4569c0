/**
 * Azure Monitor's Logs Ingestion API. Source: Microsoft, "Logs Ingestion API in Azure Monitor".
 */
import { gzipSync } from "node:zlib";
import { pathSegment, request, type RequestOptions } from "../http";

/** Bytes of one call at most, compressed or not: 1 MB. Microsoft, "Azure Monitor service limits". */
export const logsIngestionCallSize = 1_000_000;

export interface LogsUpload extends Pick<RequestOptions, "signal" | "sleep"> {
  /** The logs ingestion endpoint of the data collection rule or of a data collection endpoint. */
  readonly endpoint: string;
  /** Immutable ID of the data collection rule: `dcr-…`. */
  readonly ruleId: string;
  /** Name of the rule's stream: `Custom-…`. */
  readonly stream: string;
  readonly token: string;
  /** A JSON array. */
  readonly text: string;
}

/** Uploads records. False when they are too large for a call (413). @throws ServiceError */
export async function uploadLogs({ endpoint, ruleId, stream, token, text, ...rest }: LogsUpload): Promise<boolean> {
  const path = `dataCollectionRules/${pathSegment(ruleId)}/streams/${pathSegment(stream)}`;
  const { status } = await request(`${endpoint.replace(/\/$/, "")}/${path}?api-version=2023-01-01`, {
    method: "POST",
    token,
    text: gzipSync(text),
    ...rest,
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    idempotent: true, // A record that comes twice has the same ID.
    accept: [413],
    isWhole: (_, answer) => answer.status === 204,
  });
  return status !== 413;
}
