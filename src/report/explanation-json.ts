import type { Explained } from '../explain/explain.ts';
import { type LadderStep, ladderSteps } from '../explain/ladder-step.ts';
import { findingsWith, type Story, storyOf } from '../explain/story.ts';
import { type Connection, SCHEMA } from '../record.ts';
import type { CaptureInfo, ProblemGroup } from '../summary.ts';

/** The document of `explain --json`. */
export interface ExplanationDocument {
  schema: number;
  captures: CaptureInfo[];
  explanations: Explanation[];
  /** What was not explained and how to have it, one line each. */
  leftOut: string[];
}

/** One connection: its record with the socket calls, the rows of its ladder, and the story. */
export interface Explanation {
  connection: Connection;
  /** The groups of problems that the connection was chosen for. */
  exampleOf: ProblemGroup[];
  steps: LadderStep[];
  story: Story;
}

export function explanationDocument({ captures, connections, leftOut }: Explained): ExplanationDocument {
  return {
    schema: SCHEMA,
    captures,
    explanations: connections.map((connection) => {
      const { record, exampleOf, silence } = connection;
      const told = { ...record, findings: findingsWith(record, exampleOf) };
      return {
        connection: record,
        exampleOf,
        steps: ladderSteps(connection, false).map(({ step }) => step),
        story: storyOf(told, captures.length === 1, silence),
      };
    }),
    leftOut,
  };
}
