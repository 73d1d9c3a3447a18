/** From where on something is worth a finding. Durations are seconds. */
export interface Thresholds {
  /** connect() took longer. */
  slowHandshake: number;
  /** Share of data packets that were sent again, and how many at the least. */
  retransmissionShare: number;
  retransmissionsAtLeast: number;
  /** A receive window was closed for longer in all. */
  zeroWindow: number;
  /** A side kept its end open for longer after the peer's FIN. */
  closeWait: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  // Light in fibre goes around half the earth and back in 200 ms; a real path that takes 500 ms has a problem.
  slowHandshake: 0.5,
  // At 2 % loss the throughput of a 50 ms path is below 10 Mbit/s whatever the link (Mathis et al. 1997).
  retransmissionShare: 0.02,
  // Fewer than five are no rate.
  retransmissionsAtLeast: 5,
  // The least retransmission timeout: from here on the sender's probes and the user notice it.
  zeroWindow: 0.2,
  // A program that reads end of file closes at once; ten seconds later it has forgotten to, or hangs.
  closeWait: 10,
};
