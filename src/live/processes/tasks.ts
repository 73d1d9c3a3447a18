import { readFileSync, readlinkSync } from 'node:fs';
import type { Process } from './process.ts';
import type { Task } from './traced-sockets.ts';

const KEPT = 1024;
/** The trace's word for a task whose name it has forgotten. */
const NAMELESS = '<...>';

/** The processes that tasks of the kernel's trace belong to, as far as /proc still tells. */
export class Tasks {
  readonly #root: string;
  readonly #known = new Map<string, Process | null>();
  readonly #network: string;

  /** @param root where /proc is */
  constructor(root = '/proc') {
    this.#root = root;
    this.#network = linkOf(`${root}/self/ns/net`) ?? '';
  }

  /** null for the kernel's own threads, for processes of another network namespace, and where nobody can tell. */
  readonly processOf = (task: Task): Process | null => {
    const key = `${task.id} ${task.name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const process = this.#look(task);
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(key, process);
    return process;
  };

  #look({ id, name }: Task): Process | null {
    const status = textOf(`${this.#root}/${id}/status`);
    // It is gone: the trace's words are all that is left of it.
    if (status === null) return name === NAMELESS ? null : { pid: id, name };
    if (isOfKernel(status)) return null;
    const network = linkOf(`${this.#root}/${id}/ns/net`);
    if (network !== null && network !== this.#network) return null;
    const pid = Number(/^Tgid:\s+(\d+)/m.exec(status)?.[1] ?? id);
    return { pid, name: textOf(`${this.#root}/${pid}/comm`)?.trimEnd() ?? name };
  }
}

/** A thread of the kernel has no memory of its own, as a process that is ending; its parent is kthreadd, which is always 2. */
function isOfKernel(status: string): boolean {
  return !/^VmSize:/m.test(status) && /^PPid:\s+[02]$/m.test(status);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
