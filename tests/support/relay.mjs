// SPDX-License-Identifier: GPL-3.0-or-later
// Stands between a page and its board and alters words of what the board tells, line by line. So a kit on a
// serial line can be shown as one that only a board with pins has: everything else is the real board's.
import http from 'node:http';

/** @param {string} board its address @param {(line: string) => string} alter
 * @returns {Promise<{url: string, close: () => void}>} */
export function relay(board, alter) {
  const server = http.createServer((from, to) => {
    const asked = http.request(board + from.url, { method: from.method, headers: { ...from.headers, 'accept-encoding': 'identity' } }, (answer) => {
      const { 'content-length': _, ...headers } = answer.headers;
      to.writeHead(answer.statusCode ?? 502, headers);
      if (!/json|event-stream/.test(headers['content-type'] ?? '')) { answer.pipe(to); return; }
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (/** @type {string} */ text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        if (lines.length) to.write(lines.map((line) => alter(line) + '\n').join(''));
      });
      answer.on('end', () => to.end(alter(rest)));
    });
    asked.on('error', () => to.destroy());
    to.on('close', () => asked.destroy());
    from.pipe(asked);
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done({
      url: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`,
      close: () => { server.closeAllConnections(); server.close(); },
    }));
  });
}
