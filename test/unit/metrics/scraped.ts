import { request } from 'node:http';

/** What a scraper is told: the value by the series, `name{label="value"}`. */
export function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

export interface Scraped {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** One request to its end. */
export function scrape(url: string, method = 'GET'): Promise<Scraped> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: false, timeout: 10_000 }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (text) => {
          body += text;
        })
        .on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
        .on('error', reject);
    });
    sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.end();
  });
}
