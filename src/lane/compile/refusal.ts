import type { Node } from 'acorn';

/** A piece of the source that is outside the subset. `compileToWasm` adds where it stands. */
export class Refusal extends Error {
  readonly node: Node;

  constructor(node: Node, why: string) {
    super(why);
    this.node = node;
  }
}

export function refuse(node: Node, why: string): never {
  throw new Refusal(node, why);
}
