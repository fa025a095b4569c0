import type { RuleFile } from "./ruleFileSchema";

/** A rule file without errors, with its name and place. */
export interface DetectionRuleFile {
  /** The file's name without its ending. */
  readonly name: string;
  /** Name of the folder that the file is in. */
  readonly set: string;
  /** Path from the folder of `Pulumi.yaml`, with `/`. */
  readonly file: string;
  readonly content: RuleFile;
  /** Where a place in the query's text is in the file. */
  readonly placeInFile: QueryPlace;
  /** Where a key such as `alertTemplate.title` is in the file, or the nearest key above it. */
  readonly placeOfKey: (path: readonly (string | number)[]) => FilePlace;
}

/** From 1. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
}

/** @param line of the query's text, from 1. @param column from 1. */
export type QueryPlace = (line: number, column?: number) => FilePlace;
