/** Traces as a user gets them out: the file of docs/operations.md, loaded before the program, and a collector. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import { Trial, type Run } from './program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

/** As far as these tests look at it. */
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly attributes: readonly Attribute[];
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

let org: Organisation;
let cast: Cast;
let trial: Trial;
let collector: Server;
let sent: Sent[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  sent = [];
  answer = (response) => response.end('{}');
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.url === '/v1/traces') sent.push(JSON.parse(body) as Sent);
      answer(response);
    });
  });
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  org = new Organisation();
  cast = new Cast(org.people);
  trial = new Trial();
  trial.write(await org.open(), { every: '*/2 * * * * *' });
  // Beside the file, as after `npm install --prefix tracing`.
  symlinkSync(join(ROOT, 'node_modules'), join(trial.folder, 'node_modules'));
  const [, file = ''] = /`tracing\/tracing\.mjs`:\n\n```js\n([\s\S]*?)```/.exec(DOCUMENT) ?? [];
  writeFileSync(join(trial.folder, 'tracing.mjs'), file);
});

afterEach(async () => {
  cast.stop();
  await trial.close();
  await org.close();
  collector.closeAllConnections();
  collector.close();
});

function start(...args: readonly string[]): Run {
  const { port } = collector.address() as AddressInfo;
  return trial.start(args, {
    NODE_OPTIONS: `--import ${join(trial.folder, 'tracing.mjs')}`,
    OTEL_SERVICE_NAME: 'idle-enforcer',
    // Longer than any test would wait.
    OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
}

describe('the program with the file of the documents', () => {
  test('sends each sweep to the collector, and puts the id of its trace on record', async () => {
    const gone = cast.gone('Gone Home', 6_000);
    for (let n = 0; n < 30 && gone.presence !== 'Offline'; n += 1)
      expect(await start('once', '--deadline', '30s').wait()).toBe(0);
    const spans = sent.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    );
    const events = trial.rows(`SELECT kind, trace_id, agent_id FROM event WHERE rule IS NOT NULL`);
    expect(events.map(({ kind }) => kind)).toEqual(['intent', 'verified']);
    const traceId = events[0]?.['trace_id'];
    const ofSweep = spans.filter((span) => span.traceId === traceId);
    expect(ofSweep.map(({ name }) => name).sort()).toEqual(['log_off', 'sweep']);
    const { attributes } = ofSweep.find(({ name }) => name === 'log_off')!;
    const known = Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
    expect(known).toMatchObject({ agent: events[0]?.['agent_id'], outcome: 'verified', reason: 'due' });
    expect(sent[0]?.resourceSpans[0]?.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'idle-enforcer' },
    });
    expect(JSON.stringify(sent)).not.toContain('Gone Home');
  }, 120_000);

  test('ends in time where the collector never answers, and says so', async () => {
    answer = () => undefined;
    cast.hirePresent(1);
    const run = start('run');
    while (run.lines('sweep done').length === 0 && !run.ended) await sleep(50);
    const { code, took } = await run.terminate();
    expect([code, run.lines('the last traces could not be sent').length]).toEqual([143, 1]);
    expect(took).toBeLessThan(20_000);
  }, 120_000);
});
