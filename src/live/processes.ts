/** A process, as far as it could be seen. */
export interface Process {
  pid: number;
  /** Its name as the kernel has it (comm): at most 15 bytes. */
  name: string;
}

/** Who owns the ends of a connection; null where that is not known, or not of this machine. */
export interface Processes {
  client: Process | null;
  server: Process | null;
}

/** Of the connection in a row of the tracker. */
export type ProcessesOf = (row: number) => Processes;
