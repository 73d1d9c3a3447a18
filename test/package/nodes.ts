import { join } from 'node:path';
import { must, type Workshop } from './workshop.ts';

/** Versions that the package is for, the oldest of them to the letter. */
const SUPPORTED = ['20.19.0', '22', '24'];
/** Versions that must say that they are too old. */
const TOO_OLD = ['16', '10'];

/** A Node.js of another version. */
export interface OtherNode {
  version: string;
  /** Path of its program. */
  path: string;
}

/** Installs versions of Node.js side by side, from the packages that hold their programs for each platform. */
export async function installNodes(workshop: Workshop): Promise<{ supported: OtherNode[]; tooOld: OtherNode[] }> {
  // npm's `node` copies its program out of one of these by an install script, which may be forbidden.
  const packageName = `node-${process.platform}-${process.arch}`;
  const versions = [...SUPPORTED, ...TOO_OLD];
  const dependencies = Object.fromEntries(
    versions.map((version) => [`node-${version}`, `npm:${packageName}@${version}`]),
  );
  const cwd = workshop.project('nodes', { dependencies });
  await must(['npm', 'install', '--ignore-scripts', '--no-package-lock'], { cwd });
  const nodeOf = async (version: string): Promise<OtherNode> => {
    const path = join(cwd, 'node_modules', `node-${version}`, 'bin', 'node');
    const { stdout } = await must([path, '--version'], { cwd });
    return { version: stdout.trim().slice(1), path };
  };
  return { supported: await Promise.all(SUPPORTED.map(nodeOf)), tooOld: await Promise.all(TOO_OLD.map(nodeOf)) };
}
