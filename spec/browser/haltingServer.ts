/** A server in front of another that stops in the middle of one file, and goes on when told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Serving } from '../../build/serve';

export interface Halting {
  /** For `VisitOptions.front`. */
  front(url: string): Promise<Serving>;
  goOn(): void;
}

/** Halts half-way through the file whose path ends in `end`. */
export function haltHalfWay(end: string): Halting {
  let goOn = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const front = async (behind: string): Promise<Serving> => {
    const server = createServer((request, response) => {
      void (async () => {
        const answer = await fetch(new URL(request.url ?? '/', behind), { headers: { 'accept-encoding': 'identity' } });
        const bytes = Buffer.from(await answer.arrayBuffer());
        response.writeHead(
          answer.status,
          [...answer.headers.entries()].filter(([name]) => name !== 'connection').flat(),
        );
        if (request.url?.endsWith(end)) {
          response.write(bytes.subarray(0, bytes.length / 2));
          await released;
          response.end(bytes.subarray(bytes.length / 2));
        } else response.end(bytes);
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, close };
  };
  return { front, goOn };
}
