import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '../../capture/input-error.ts';
import type { LiveMetrics } from './live-metrics.ts';

export interface ListenAddress {
  host: string;
  port: number;
}

/** Serves the metrics at /metrics, for Prometheus to fetch. */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws InputError where the address cannot be had, one line */
  static async open({ host, port }: ListenAddress, metrics: LiveMetrics): Promise<MetricsServer> {
    const server = createServer(async (request, response) => {
      const path = request.url?.replace(/\?.*/, '');
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
      } else if (path === '/metrics') {
        const body = await metrics.text();
        response.writeHead(200, { 'content-type': metrics.contentType, 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      } else {
        response.writeHead(path === '/' ? 200 : 404, { 'content-type': 'text/plain' }).end('sockscope: see /metrics\n');
      }
    });
    // Who connects and says nothing must not stay for ever.
    server.requestTimeout = 10_000;
    server.headersTimeout = 10_000;
    server.maxConnections = 64;
    await new Promise<void>((resolve, reject) => {
      server.on('error', (error: NodeJS.ErrnoException) => reject(new InputError(problem(error, host, port))));
      server.listen(port, host, resolve);
    });
    return new MetricsServer(server);
  }

  get url(): string {
    return `http://${this.address}/metrics`;
  }

  /** '127.0.0.1:9464' */
  get address(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function problem({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `--metrics ${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === 'EADDRINUSE') return `${where}: the port is taken; choose another`;
  if (code === 'EACCES') return `${where}: this user may not listen there; take a port from 1024 on`;
  if (code === 'EADDRNOTAVAIL') return `${where}: this machine has no such address`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `${where}: no such host`;
  return `${where}: ${message}`;
}
