import {
  CLOSED_AT,
  CLOSED_TIMES_AT,
  CONNECTS_AT,
  EVENT_TIMES_AT,
  EVENTS_AT,
  HEADS_AT,
  KEYED_AT,
  OBJECTS_AT,
  OCCURRENCES_AT,
  ROWS_AT,
  SUMS_AT,
  WINDOW_AT,
  WORDS_AT,
} from '../memory-map.ts';

export type ElementType = 'i32' | 'f64' | 'u8';

/** What the names of the compiled sources stand for. */
export interface Settings {
  /** Typed arrays by name, whatever object they hang on, and the byte where each begins. */
  arrays: Record<string, { at: number; type: ElementType }>;
  /** DataViews by name, and the array whose bytes they show. */
  dataViews: Record<string, string>;
  /** Objects of numbers, of which there is one each. Their fields get 8 bytes each between `at` and `end`. */
  objects: { names: string[]; at: number; end: number };
  /** Objects that only lead to arrays and to each other. A parameter need not be named here if its use tells. */
  containers: string[];
  /** Functions that are not compiled: a call returns 0 or false, and `wasLeftOut` tells of it. */
  leftOut: string[];
  /** Memory that the module asks for at its start, in pages of 64 KiB. */
  pages: number;
}

const PAGE = 0x1_0000;

/** Those of the fast lane (follow.ts). */
export const SETTINGS: Settings = {
  arrays: {
    ints: { at: ROWS_AT, type: 'i32' },
    floats: { at: ROWS_AT, type: 'f64' },
    heads: { at: HEADS_AT, type: 'i32' },
    closed: { at: CLOSED_AT, type: 'i32' },
    closedTimes: { at: CLOSED_TIMES_AT, type: 'f64' },
    connects: { at: CONNECTS_AT, type: 'f64' },
    keyed: { at: KEYED_AT, type: 'i32' },
    occurrences: { at: OCCURRENCES_AT, type: 'f64' },
    eventInts: { at: EVENTS_AT, type: 'i32' },
    eventTimes: { at: EVENT_TIMES_AT, type: 'f64' },
    words: { at: WORDS_AT, type: 'i32' },
    sums: { at: SUMS_AT, type: 'f64' },
    bytes: { at: WINDOW_AT, type: 'u8' },
  },
  dataViews: { data: 'bytes' },
  objects: { names: ['view', 'cursor'], at: OBJECTS_AT, end: WORDS_AT },
  containers: ['tables', 'slab', 'flows', 'queue', 'usual', 'events'],
  leftOut: [
    // Looks an EtherType up in a map of names; only an MPLS payload that may have a control word needs it.
    'isNetworkEtherType',
    // Rounds a header's length in floating point, and every offset in the packet behind it would be that too.
    'decodeIeee80211',
    // Pktap and PPI headers have lengths and link types of 32 bits without a sign: the same.
    'decodeInner',
    // Keeps the packets of tunnels in an array of the view; what they carry is for the tracker anyway.
    'noteCarrier',
  ],
  pages: ROWS_AT / PAGE,
};
